using System.Text;
using Microsoft.Extensions.Logging;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;
using Router.Streams.Out.Native;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>This silo's producer of <c>router.events</c>: never gives up, and who writes waits. One caller at a time.</summary>
/// <remarks>Hot path, 0 B a record: <c>loadtests/run kafka</c>.</remarks>
internal sealed class EventProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<EventProducer> log) : IEventProducer, IDisposable
{
    private const int WordsMax = 4_096;

    private readonly LastingProducer producer = LastingProducer.NeverGivingUp(options, health, time, log, isDirect: true);
    private readonly Dictionary<string, byte[]> words = [];

    /// <inheritdoc/>
    public WriteBatch Begin(ProducerTally tally, WriteBatch? after) => new(tally, producer.Works, after: after);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, int index, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        while (Write(tenant.Name, events[index].Entry, bodies, index, batch) is var refused and not Confluent.Kafka.ErrorCode.NoError && await producer.AskAgainAsync(refused, batch, cancellationToken).ConfigureAwait(true))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();

    // The same record that EventMessages makes.
    private Confluent.Kafka.ErrorCode Write(string tenant, in JournalEntry entry, EventBodies bodies, int index, WriteBatch batch)
    {
        EventBody body = bodies.Items[index];
        Span<byte> id = stackalloc byte[UuidText.Length];
        UuidText.Format(body.IdHead, body.IdTail, id);
        Span<byte> key = stackalloc byte[UuidText.Length];
        if (entry.Kind is EntryKind.Status or EntryKind.Conversation)
        {
            var conversation = new ConversationId(entry.Contact, entry.Sender);
            UuidText.Format(conversation.Contact.High, conversation.Tail, key);
        }
        else
        {
            id.CopyTo(key);
        }

        Span<byte> at = stackalloc byte[CloudEvent.TimeLength];
        CloudEvent.WriteTime(entry.AtMs, at);
        var record = new EventRecord { Key = key, Value = bodies.JsonOf(body), Id = id, Type = WordOf(body.Type), Time = at, Tenant = WordOf(tenant) };
        return producer.Write(TopicNames.Events, record, batch);
    }

    private byte[] WordOf(string word)
    {
        if (words.TryGetValue(word, out byte[]? bytes))
        {
            return bytes;
        }

        if (words.Count == WordsMax)
        {
            words.Clear();
        }

        words.Add(word, bytes = Encoding.ASCII.GetBytes(word));
        return bytes;
    }
}
