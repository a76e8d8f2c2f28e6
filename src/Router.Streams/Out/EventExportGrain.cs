using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Storage;
using Router.Engine.Journal;
using Router.Grains;
using Router.Grains.Administration;

namespace Router.Streams.Out;

/// <inheritdoc cref="IEventExportGrain"/>
/// <remarks>
/// A cursor over the log: read, written, acknowledged by the brokers, then kept, once a second. A crash in between writes the last second again, under the same ids. Where it begins, Kafka was
/// never set before: with the oldest event that can still be read. Tenants' own topics are given the same, or, where they do not take it, read for themselves (<see cref="OwnTopics"/>).
/// Reentrant: its loop awaits for days.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class EventExportGrain(
    [PersistentState("events", RouterSilo.StorageName)] IPersistentState<ExportState> state, IJournal journal, EventWriter writer,
    ConfigurationHolder configuration, KafkaHealth health, IServiceProvider services, TimeProvider time, ILogger<EventExportGrain> log) : Grain, IEventExportGrain, IDisposable
{
    // Events read at a time, and batches under way at the brokers: 16 Ki events hide a round trip at any rate that a journal has.
    private const int BatchMax = 2_048;
    private const int UnderWayMax = 8;
    private static readonly TimeSpan KeepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private readonly Queue<(LogPosition End, Task<Confluent.Kafka.ErrorCode> Written)> underWay = [];
    private readonly OwnTopics topics = ActivatorUtilities.CreateInstance<OwnTopics>(services);
    private readonly StructList<LogEvent> batch = new(BatchMax);
    private LogPosition read;
    private LogPosition acknowledged;
    private LogPosition kept;
    private bool areTopicsKept;
    private long keptAt;
    private bool isFailing;
    private Task loop = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask TouchAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        kept = acknowledged = read = state.State.Commit < 0 ? journal.Events.Begin : new LogPosition(state.State.Commit, state.State.Index);
        LogBegin(read.Commit);
        loop = RunAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await loop.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        topics.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        // Before, no tenant is known, and events of a tenant that is not known are those of one that is gone.
        await configuration.Loaded.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        topics.Begin(state.State.Behind, stopping.Token);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await GoOnAsync();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (InconsistentStateException)
            {
                // Another wrote the place: this one is not the one any more.
                LogLeft();
                DeactivateOnIdle();
                return;
            }
#pragma warning disable CA1031 // Whatever keeps events from going out now, they go out later: the place is kept.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Fail(fault);
                underWay.Clear();
                read = acknowledged;
                await Task.Delay(Pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        await topics.EndAsync();
        health.Events(null);
        await KeepAsync();
    }

    private async Task GoOnAsync()
    {
        batch.Clear();
        LogPosition looked = journal.Events.Read(0, read, batch, BatchMax);
        if (batch.Count > 0)
        {
            underWay.Enqueue((looked, await writer.WriteAsync(batch, read, topics, stopping.Token)));
            read = looked;
        }

        while (underWay.TryPeek(out (LogPosition End, Task<Confluent.Kafka.ErrorCode> Written) first) && (first.Written.IsCompleted || underWay.Count > UnderWayMax || batch.Count == 0))
        {
            Confluent.Kafka.ErrorCode code = await first.Written.WaitAsync(stopping.Token);
            if (code != Confluent.Kafka.ErrorCode.NoError)
            {
                throw new KafkaException(code);
            }

            acknowledged = first.End;
            underWay.Dequeue();
            GoesOn();
        }

        if (underWay.Count == 0 && looked > read)
        {
            acknowledged = read = looked; // entries that are no events
        }

        topics.Settle();
        if (time.GetElapsedTime(keptAt) >= KeepInterval)
        {
            await KeepAsync();
        }

        if (batch.Count == 0 && looked <= read)
        {
            await WaitAsync();
        }
    }

    // Until something comes, or the place is to be kept.
    private async Task WaitAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        if (kept != acknowledged || topics.IsWaiting || !areTopicsKept)
        {
            either.CancelAfter(KeepInterval);
        }

        await journal.Events.WaitAsync(read, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task KeepAsync()
    {
        keptAt = time.GetTimestamp();
        LogPosition now = acknowledged;
        List<ExportPlace> behind = topics.Places(now);
        if (kept == now && areTopicsKept && behind.Count == 0)
        {
            return;
        }

        state.State.Commit = now.Commit;
        state.State.Index = now.Index;
        state.State.Behind = behind;
        await state.WriteStateAsync();
        kept = now;
        areTopicsKept = behind.Count == 0; // the others move on without the log
    }

    // Told once, until it works.
    private void Fail(Exception fault)
    {
        string why = fault is KafkaException kafka ? kafka.Error.Code.ToString() : fault.GetType().Name;
        health.Events(why);
        if (!isFailing)
        {
            isFailing = true;
            LogLater(why);
        }
    }

    private void GoesOn()
    {
        if (isFailing)
        {
            isFailing = false;
            health.Events(null);
            LogAgain();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "events go out to Kafka from commit {Commit} on")]
    private partial void LogBegin(long commit);

    [LoggerMessage(2, LogLevel.Warning, "events do not go out to Kafka now ({Because}); trying again")]
    private partial void LogLater(string because);

    [LoggerMessage(4, LogLevel.Information, "events go out to Kafka again")]
    private partial void LogAgain();

    [LoggerMessage(3, LogLevel.Warning, "another writes events to Kafka: this one ends")]
    private partial void LogLeft();
}
