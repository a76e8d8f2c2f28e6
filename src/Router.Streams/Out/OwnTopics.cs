using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>
/// Tenants' own topics of events. One that takes everything is given what <see cref="EventExportGrain"/> reads for all. One that does not (deleted, not allowed, slow) falls behind: it has a place in
/// the log of its own and reads for itself, so that it holds up nobody, until it has caught up. What it waits for lies in the log, not in memory. On the turns of that grain alone.
/// </summary>
internal sealed partial class OwnTopics(
    IJournal journal, TenantProducer producer, IEventBodies composer, IAdministration administration, KafkaHealth health, KafkaMeter meter, TimeProvider time,
    ILogger<OwnTopics> log) : IDisposable
{
    // Batches under way at the brokers before it counts as too slow for the others; and what it reads at a time for itself.
    private const int UnderWayMax = 8;
    private const int BatchMax = 512;
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, OwnTopic> topics = [];
    private readonly SemaphoreSlim turn = new(1); // one composes at a time: the memory of one
    private readonly StructList<LogEvent> events = new(BatchMax);
    private readonly EventBodies bodies = new();
    private readonly List<Task> catchingUp = [];
    private readonly EventMessages messages = new();
    private CancellationToken stop;

    /// <summary>Begins where the kept places say; whoever has none goes with the others.</summary>
    public void Begin(IEnumerable<ExportPlace> places, CancellationToken stopping)
    {
        stop = stopping;
        foreach (ExportPlace place in places)
        {
            var topic = new OwnTopic(place.Tenant, new LogPosition(place.Commit, place.Index));
            topics.Add(place.Tenant, topic);
            FallBehind(topic);
        }
    }

    /// <summary>Those that are not as far as <paramref name="acknowledged"/>, to be kept.</summary>
    public List<ExportPlace> Places(LogPosition acknowledged) =>
        [.. topics.Values.Where(t => t.IsBehind || t.Place < acknowledged).Select(static t => new ExportPlace { Tenant = t.Tenant, Commit = t.Place.Commit, Index = t.Place.Index })];

    /// <summary>The topic of <paramref name="tenant"/>, to be given what was read for all after <paramref name="start"/>; null: it has none, or reads for itself.</summary>
    public async ValueTask<OwnTopic?> FollowerAsync(Tenant tenant, LogPosition start)
    {
        if (!tenant.Settings.EventsToKafka)
        {
            return null;
        }

        if (!topics.TryGetValue(tenant.Number, out OwnTopic? topic))
        {
            topics.Add(tenant.Number, topic = new OwnTopic(tenant.Number, start));
        }

        await topic.Handing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Settle(topic);
        if (!topic.IsBehind && topic.UnderWay.Count >= UnderWayMax)
        {
            FallBehind(topic);
        }

        return topic.IsBehind ? null : topic;
    }

    /// <summary>Hands one of its events to the client, those that it has already are left out; false: not taken, and no later one must be.</summary>
    public bool TryWrite(OwnTopic topic, string name, in LogEvent one, Message<byte[], byte[]> message, WriteBatch batch)
    {
        if (one.Position <= topic.From)
        {
            return true;
        }

        if (!producer.Write(name, message, batch))
        {
            return false;
        }

        topic.From = one.Position;
        return true;
    }

    /// <summary>A batch for it.</summary>
    public WriteBatch BeginBatch() => producer.Begin();

    /// <summary>Whether any of those that follow waits for the brokers.</summary>
    public bool IsWaiting => topics.Values.Any(static t => !t.IsBehind && t.UnderWay.Count > 0);

    /// <summary>Looks what the brokers have said of all of them.</summary>
    public void Settle()
    {
        foreach (OwnTopic topic in topics.Values)
        {
            Settle(topic);
        }
    }

    /// <summary>Ends once nobody reads for himself any more.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(catchingUp);
        meter.Behind(0);
        health.Topics(0, null);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private void Settle(OwnTopic topic)
    {
        while (!topic.IsBehind && topic.UnderWay.TryPeek(out OwnWrite first) && first.Written.IsCompleted)
        {
            if (first.Written.Result != Confluent.Kafka.ErrorCode.NoError)
            {
                FallBehind(topic);
                return;
            }

            topic.UnderWay.Dequeue();
        }
    }

    private void FallBehind(OwnTopic topic)
    {
        topic.IsBehind = true;
        catchingUp.RemoveAll(static t => t.IsCompleted);
        catchingUp.Add(CatchUpAsync(topic));
        Tell();
    }

    private async Task CatchUpAsync(OwnTopic topic)
    {
        await Task.Yield();
        TimeSpan pause = PauseMin;
        while (topic.IsBehind && !stop.IsCancellationRequested)
        {
            if (administration.Current.FindTenant(topic.Tenant) is not { Settings.EventsToKafka: true } tenant)
            {
                topics.Remove(topic.Tenant); // gone, or it wants none any more
                break;
            }

            try
            {
                if (await IsTakenAsync(topic))
                {
                    pause = PauseMin;
                    topic.Handing = HandOverAsync(topic, tenant);
                    await topic.Handing;
                    continue;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps its events from going out now, they go out later: its place is in the log.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Refuse(topic, fault.GetType().Name);
            }

            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }

        Tell();
    }

    // Whether all that it was given is with the brokers; else it begins again with the first that is not.
    private async Task<bool> IsTakenAsync(OwnTopic topic)
    {
        LogPosition? again = null;
        Confluent.Kafka.ErrorCode why = Confluent.Kafka.ErrorCode.NoError;
        bool isAny = topic.UnderWay.Count > 0;
        while (topic.UnderWay.TryPeek(out OwnWrite first))
        {
            Confluent.Kafka.ErrorCode code = await first.Written.WaitAsync(stop);
            if (code != Confluent.Kafka.ErrorCode.NoError && again is null)
            {
                (again, why) = (first.Start, code);
            }

            topic.UnderWay.Dequeue();
        }

        if (again is { } place)
        {
            topic.From = place;
            Refuse(topic, why.ToString());
            return false;
        }

        if (isAny)
        {
            Accept(topic);
        }

        return true;
    }

    // One event alone until something is taken again: what comes after one that is not must not overtake it.
    private async Task HandOverAsync(OwnTopic topic, Tenant tenant)
    {
        await turn.WaitAsync(stop);
        try
        {
            bool isProbe = topic.Refused is not null;
            events.Clear();
            LogPosition looked = journal.Events.Read(topic.Tenant, topic.From, events, isProbe ? 1 : BatchMax);
            bool isAll = events.Count < (isProbe ? 1 : BatchMax);
            if (isAll)
            {
                topic.IsBehind = false; // from here on it is given what is read for all, after this
            }

            if (events.Count == 0)
            {
                topic.From = looked > topic.From ? looked : topic.From;
            }
            else
            {
                await WriteAsync(topic, tenant);
            }
        }
        catch
        {
            topic.IsBehind = true; // before anybody goes on who waited for this
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task WriteAsync(OwnTopic topic, Tenant tenant)
    {
        bodies.Clear();
        await composer.ComposeAsync(tenant, events, bodies, stop);
        WriteBatch batch = producer.Begin();
        LogPosition start = topic.From;
        string name = TopicNames.EventsOf(tenant.Name);
        try
        {
            for (int i = 0; i < events.Count && TryWrite(topic, name, events[i], messages.Make(tenant, events[i].Entry, bodies, i), batch); i++)
            {
            }
        }
        finally
        {
            batch.Close();
            topic.UnderWay.Enqueue(new OwnWrite(start, topic.From, batch.Done));
            bodies.Clear();
        }
    }

    private void Refuse(OwnTopic topic, string why)
    {
        if (topic.Refused is null)
        {
            LogRefused(topic.Tenant, why);
        }

        topic.Refused = why;
        Tell();
    }

    private void Accept(OwnTopic topic)
    {
        if (topic.Refused is not null)
        {
            topic.Refused = null;
            LogAccepted(topic.Tenant);
            Tell();
        }
    }

    private void Tell()
    {
        meter.Behind(topics.Values.Count(static t => t.IsBehind));
        OwnTopic[] refused = [.. topics.Values.Where(static t => t.Refused is not null)];
        health.Topics(refused.Length, refused.Length > 0 ? refused[0].Refused : null);
    }

    [LoggerMessage(1, LogLevel.Warning, "the topic of events of tenant {Tenant} takes nothing ({Because}): its events wait in the log; trying again")]
    private partial void LogRefused(int tenant, string because);

    [LoggerMessage(2, LogLevel.Information, "the topic of events of tenant {Tenant} takes again")]
    private partial void LogAccepted(int tenant);
}
