using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Work;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>Writes events to <c>router.events</c>, and to a tenant's own topic where it wants one. One caller at a time.</summary>
internal sealed class EventWriter(IRecordWriter producer, KafkaMeter meter, IEventBodies composer, IAdministration administration, IWorkScheduler scheduler)
{
    private readonly ConcurrentDictionary<string, byte[]> words = new();
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

        var batch = new WriteBatch(meter.Events, scheduler);
        foreach ((int number, StructList<LogEvent> own) in byTenant)
        {
            // One that is gone has no events any more: its keys are.
            if (own.Count > 0 && administration.Current.FindTenant(number) is { } tenant)
            {
                await WriteAsync(tenant, own, batch, cancellationToken);
            }
        }

        batch.Close();
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
            Message<byte[], byte[]> message = Make(events[i].Entry, bodies.Items[i], name);
            batch.Add();
            await producer.WriteAsync(TopicNames.Events, message, batch.Acknowledged, cancellationToken);
            if (own is not null)
            {
                batch.Add();
                await producer.WriteAsync(own, message, batch.Acknowledged, cancellationToken);
            }
        }

        bodies.Clear();
    }

    // The key is the conversation, so that its events keep their order; what belongs to none is spread by its id.
    private Message<byte[], byte[]> Make(in JournalEntry entry, in EventBody body, byte[] tenant)
    {
        string id = UuidText.ToText(body.IdHead, body.IdTail);
        byte[] key = new byte[UuidText.Length];
        if (entry.Kind is EntryKind.Status or EntryKind.Conversation)
        {
            var conversation = new ConversationId(entry.Contact, entry.Sender);
            UuidText.Format(conversation.Contact.High, conversation.Tail, key);
        }
        else
        {
            Encoding.ASCII.GetBytes(id, key);
        }

        return new Message<byte[], byte[]> { Key = key, Value = bodies.JsonOf(body).ToArray(), Headers = CloudEvent.Of(id, WordOf(body.Type), entry.AtMs, tenant) };
    }

    private byte[] WordOf(string word) => words.GetOrAdd(word, static w => Encoding.ASCII.GetBytes(w));
}
