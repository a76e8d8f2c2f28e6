using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>Writes events to <c>router.events</c>, and to tenants' own topics that follow. One caller at a time.</summary>
internal sealed class EventWriter(IEventProducer producer, KafkaMeter meter, IEventBodies composer, IAdministration administration)
{
    private readonly EventMessages messages = new();
    private readonly Dictionary<int, StructList<LogEvent>> byTenant = [];
    private readonly EventBodies bodies = new();
    private WriteBatch? before;

    /// <summary>What comes next is what failed, or the first at all: it has nothing to wait for.</summary>
    public void BeginAnew() => before = null;

    /// <summary>Hands what was read after <paramref name="start"/> to the client; the task within ends once <c>router.events</c> has it, or with the reason why not.</summary>
    public async Task<Task<Confluent.Kafka.ErrorCode>> WriteAsync(StructList<LogEvent> events, LogPosition start, OwnTopics? topics, CancellationToken cancellationToken)
    {
        if (byTenant.Count > 1_024)
        {
            byTenant.Clear();
        }

        foreach (StructList<LogEvent> left in byTenant.Values)
        {
            left.Clear(); // of the call before; where that failed, its events come again in this one
        }

        foreach (ref readonly LogEvent one in events.Span)
        {
            if (!byTenant.TryGetValue(one.Entry.Tenant, out StructList<LogEvent>? own))
            {
                byTenant.Add(one.Entry.Tenant, own = new StructList<LogEvent>(256));
            }

            own.Add(one);
        }

        if (events.Count > 0)
        {
            topics?.HandOut(events[events.Count - 1].Position);
        }

        // With another client, what comes after must not be there before what has to be written again.
        WriteBatch batch = before = producer.Begin(meter.Events, before);
        try
        {
            foreach ((int number, StructList<LogEvent> own) in byTenant)
            {
                // One that is gone has no events any more: its keys are.
                if (own.Count > 0 && administration.Current.FindTenant(number) is { } tenant)
                {
                    await WriteAsync(tenant, own, start, batch, topics, cancellationToken);
                }
            }
        }
        finally
        {
            batch.Close();
        }

        return batch.Done;
    }

    private async Task WriteAsync(Tenant tenant, StructList<LogEvent> events, LogPosition start, WriteBatch batch, OwnTopics? topics, CancellationToken cancellationToken)
    {
        bodies.Clear(); // where a call failed, those of another tenant
        await composer.ComposeAsync(tenant, events, bodies, cancellationToken);
        OwnTopic? topic = topics is null ? null : await topics.FollowerAsync(tenant, start);
        WriteBatch? own = topic is null ? null : topics!.BeginBatch(topic);
        LogPosition from = topic?.From ?? default;
        bool isTaken = topic is not null;
        string name = TopicNames.EventsOf(tenant.Name);
        try
        {
            for (int i = 0; i < events.Count; i++)
            {
                await producer.WriteAsync(tenant, events, bodies, i, batch, cancellationToken);
                isTaken = isTaken && topics!.TryWrite(topic!, name, events[i], messages.Make(tenant, events[i].Entry, bodies, i), own!);
            }
        }
        finally
        {
            if (topic is not null)
            {
                topics!.EndBatch(topic, from, own!, isTaken);
            }
        }

        bodies.Clear();
    }
}
