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
/// <see cref="EventExport"/> with its place in the grain's state. Where that begins, Kafka was never set before: with the oldest event that can still be read.
/// Reentrant: its loop awaits for days.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class EventExportGrain(
    [PersistentState("events", RouterSilo.StorageName)] IPersistentState<ExportState> state, IJournal journal, EventWriter writer,
    ConfigurationHolder configuration, KafkaHealth health, IServiceProvider services, TimeProvider time, ILogger<EventExportGrain> log) : Grain, IEventExportGrain, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private readonly OwnTopics topics = ActivatorUtilities.CreateInstance<OwnTopics>(services);
    private bool isFailing;
    private Task loop = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask TouchAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        LogPosition from = state.State.Commit < 0 ? journal.Events.Begin : new LogPosition(state.State.Commit, state.State.Index);
        LogBegin(from.Commit);
        loop = RunAsync(new EventExport(journal.Events, writer, topics, time, from, KeepAsync));
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

    private async Task RunAsync(EventExport export)
    {
        // Before, no tenant is known, and events of a tenant that is not known are those of one that is gone.
        await configuration.Loaded.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        topics.Begin(state.State.Behind, export.Read, stopping.Token);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await export.GoOnAsync(GoesOn, stopping.Token))
                {
                    await WaitAsync(export);
                }
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
                export.GoBack();
                await Task.Delay(Pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        await topics.EndAsync();
        health.Events(null);
        await export.KeepAsync();
    }

    // Until something comes, or the place is to be kept.
    private async Task WaitAsync(EventExport export)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        if (export.IsAhead)
        {
            either.CancelAfter(EventExport.KeepInterval);
        }

        await journal.Events.WaitAsync(export.Read, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task KeepAsync(LogPosition now, List<ExportPlace> behind)
    {
        state.State.Commit = now.Commit;
        state.State.Index = now.Index;
        state.State.Behind = behind;
        await state.WriteStateAsync();
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
