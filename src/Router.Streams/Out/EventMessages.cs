using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;

namespace Router.Streams.Out;

/// <summary>Makes records of events. Any thread.</summary>
internal sealed class EventMessages
{
    private readonly ConcurrentDictionary<string, byte[]> words = new();

    /// <summary>Makes one. The key is the conversation, so that its events keep their order; what belongs to none is spread by its id.</summary>
    public Message<byte[], byte[]> Make(Tenant tenant, in JournalEntry entry, EventBodies bodies, int at)
    {
        EventBody body = bodies.Items[at];
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

        return new Message<byte[], byte[]> { Key = key, Value = bodies.JsonOf(body).ToArray(), Headers = CloudEvent.Of(id, WordOf(body.Type), entry.AtMs, WordOf(tenant.Name)) };
    }

    private byte[] WordOf(string word) => words.GetOrAdd(word, static w => Encoding.ASCII.GetBytes(w));
}
