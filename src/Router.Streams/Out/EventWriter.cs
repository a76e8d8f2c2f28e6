using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Out.Native;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>Writes events to <c>router.events</c>, and to a tenant's own topic where it wants one. One caller at a time.</summary>
internal sealed class EventWriter(EventProducer producer, KafkaMeter meter, IEventBodies composer, IAdministration administration, TimeProvider time)
{
    private const int WordsMax = 4_096;

    // Until the client's queue, which was full, has room.
    private static readonly TimeSpan Full = TimeSpan.FromMilliseconds(2);

    private readonly Dictionary<string, byte[]> words = [];
    private readonly Dictionary<int, StructList<LogEvent>> byTenant = [];
    private readonly EventBodies bodies = new();

    /// <summary>Hands a batch to the client; the task within ends once the brokers have it.</summary>
    public async Task<Task<bool>> WriteAsync(StructList<LogEvent> events, CancellationToken cancellationToken)
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

        var batch = new WriteBatch(meter.Events);
        try
        {
            foreach ((int number, StructList<LogEvent> own) in byTenant)
            {
                // One that is gone has no events any more: its keys are.
                if (own.Count > 0 && administration.Current.FindTenant(number) is { } tenant)
                {
                    await WriteAsync(tenant, own, batch, cancellationToken);
                }
            }
        }
        finally
        {
            batch.Close(); // after a fault, too: what the client took is told of
        }

        return batch.Done;
    }

    private async Task WriteAsync(Tenant tenant, StructList<LogEvent> events, WriteBatch batch, CancellationToken cancellationToken)
    {
        bodies.Clear(); // where a call failed, those of another tenant
        await composer.ComposeAsync(tenant, events, bodies, cancellationToken);
        string? own = tenant.Settings.EventsToKafka ? TopicNames.EventsOf(tenant.Name) : null;
        byte[] name = WordOf(tenant.Name);
        for (int i = 0; i < events.Count; i++)
        {
            await WriteAsync(TopicNames.Events, events, i, name, batch, cancellationToken);
            if (own is not null)
            {
                await WriteAsync(own, events, i, name, batch, cancellationToken);
            }
        }

        bodies.Clear();
    }

    private async ValueTask WriteAsync(string topic, StructList<LogEvent> events, int index, byte[] tenant, WriteBatch batch, CancellationToken cancellationToken)
    {
        while (!TryWrite(topic, events[index].Entry, bodies.Items[index], tenant, batch))
        {
            await Task.Delay(Full, time, cancellationToken);
        }
    }

    // The client copies what it takes. The key is the conversation, so that its events keep their order; what belongs to none is spread by its id.
    private bool TryWrite(string topic, in JournalEntry entry, in EventBody body, byte[] tenant, WriteBatch batch)
    {
        Span<byte> id = stackalloc byte[UuidText.Length];
        UuidText.Format(body.IdHead, body.IdTail, id);
        Span<byte> conversation = stackalloc byte[UuidText.Length];
        Span<byte> at = stackalloc byte[CloudEvent.TimeLength];
        CloudEvent.WriteTime(entry.AtMs, at);
        bool hasConversation = entry.Kind is EntryKind.Status or EntryKind.Conversation;
        if (hasConversation)
        {
            var place = new ConversationId(entry.Contact, entry.Sender);
            UuidText.Format(place.Contact.High, place.Tail, conversation);
        }

        var record = new EventRecord { Key = hasConversation ? conversation : id, Value = bodies.JsonOf(body), Id = id, Type = WordOf(body.Type), Time = at, Tenant = tenant };
        batch.Add();
        bool isTaken = false;
        try
        {
            isTaken = producer.TryWrite(topic, record, batch);
        }
        finally
        {
            if (!isTaken)
            {
                batch.TakeBack();
            }
        }

        return isTaken;
    }

    // A few types, and the names of tenants.
    private byte[] WordOf(string word)
    {
        if (words.TryGetValue(word, out byte[]? bytes))
        {
            return bytes;
        }

        if (words.Count > WordsMax)
        {
            words.Clear();
        }

        words.Add(word, bytes = Encoding.ASCII.GetBytes(word));
        return bytes;
    }
}
