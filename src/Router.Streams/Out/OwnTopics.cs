using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;

namespace Router.Streams.Out;

/// <summary>
/// Tenants' own topics of events. One that takes everything is given what <see cref="EventExportGrain"/> reads for all. One that does not (deleted, not allowed, slow) falls behind: it has a place in
/// the log of its own and reads for itself, so that it holds up nobody, until it has caught up. What it waits for lies in the log, not in memory. On the turns of that grain alone. Partial:
/// <c>Behind</c> those that read for themselves.
/// </summary>
internal sealed partial class OwnTopics(
    IJournal journal, ITenantProducer producer, IEventBodies composer, IAdministration administration, KafkaHealth health, KafkaMeter meter, TimeProvider time,
    ILogger<OwnTopics> log) : IDisposable
{
    // Batches under way at the brokers before it counts as too slow for the others.
    private const int UnderWayMax = 8;

    private readonly Dictionary<int, OwnTopic> topics = [];
    private LogPosition handedOut;
    private CancellationToken stop;

    /// <summary>Begins where the kept places say; whoever has none goes with the others, from <paramref name="from"/> on.</summary>
    public void Begin(IEnumerable<ExportPlace> places, LogPosition from, CancellationToken stopping)
    {
        stop = stopping;
        handedOut = from;
        foreach (ExportPlace place in places)
        {
            var topic = new OwnTopic(place.Tenant, new LogPosition(place.Commit, place.Index));
            topics.Add(place.Tenant, topic);
            FallBehind(topic);
        }
    }

    /// <summary>Those that are not as far as <paramref name="acknowledged"/>, to be kept. Who follows and has nothing under way has all that was handed out, wherever its last event lies.</summary>
    public List<ExportPlace> Places(LogPosition acknowledged) =>
        [.. topics.Values.Where(t => t.IsBehind || (t.UnderWay.Count > 0 && t.Place < acknowledged)).Select(static t => new ExportPlace { Tenant = t.Tenant, Commit = t.Place.Commit, Index = t.Place.Index })];

    /// <summary>From here on what was read for all up to <paramref name="end"/> is handed out, and does not come again to who reads for itself now: it joins once it has read as far.</summary>
    public void HandOut(LogPosition end) => handedOut = end > handedOut ? end : handedOut;

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

        if (topic.IsBehind)
        {
            return null;
        }

        topic.From = start > topic.From ? start : topic.From; // it has all of its own before that
        return topic;
    }

    /// <summary>Hands one of its events to the client, those that it has already are left out; false: not taken, and no later one must be: <see cref="EndBatch"/>.</summary>
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

    /// <summary>A batch for one.</summary>
    public WriteBatch BeginBatch(OwnTopic topic) => topic.Last = producer.Begin(topic.Last);

    /// <summary>The end of one that began where the topic was at <paramref name="start"/>. Where the client did not take all of it, the topic falls behind at once: what comes next would overtake that.</summary>
    public void EndBatch(OwnTopic topic, LogPosition start, WriteBatch batch, bool isWhole)
    {
        batch.Close();
        topic.UnderWay.Enqueue(new OwnWrite(start, batch));
        if (!isWhole)
        {
            FallBehind(topic);
        }
    }

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
        while (!topic.IsBehind && topic.UnderWay.TryPeek(out OwnWrite first) && first.Batch.Done.IsCompleted)
        {
            if (first.Batch.Done.Result != Confluent.Kafka.ErrorCode.NoError)
            {
                FallBehind(topic);
                return;
            }

            topic.UnderWay.Dequeue();
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
