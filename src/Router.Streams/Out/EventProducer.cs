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
internal sealed class EventProducer : IEventProducer, IDisposable
{
    // In the client's queue: 16 Ki events hide a round trip.
    private const int QueueMax = 200_000;
    private const int WordsMax = 4_096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(2);

    private readonly LastingProducer producer;
    private readonly TimeProvider time;
    private readonly Dictionary<string, byte[]> words = [];

    public EventProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<EventProducer> log)
    {
        this.time = time;
        producer = new LastingProducer(options, health, time, log, Patience, static config =>
        {
            config.LingerMs = 3; // under load batches are full before that
            config.MessageTimeoutMs = 0; // never given up: who writes waits, and is told on /readyz
            config.QueueBufferingMaxMessages = QueueMax;
        })
        { IsDirect = true };
    }

    /// <inheritdoc/>
    public WriteBatch Begin(ProducerTally tally, WriteBatch? after) => new(tally, producer.Works, after: after);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, int index, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        Confluent.Kafka.ErrorCode refused;
        while ((refused = Write(tenant.Name, events[index].Entry, bodies, index, batch)) == Confluent.Kafka.ErrorCode.Local_QueueFull || (refused == Confluent.Kafka.ErrorCode.Local_Fatal && !batch.IsBegun && !batch.IsLost))
        {
            try
            {
                await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(true);
            }
            catch (OperationCanceledException)
            {
                batch.Refused(refused);
                throw;
            }
        }

        if (refused != Confluent.Kafka.ErrorCode.NoError)
        {
            batch.Refused(refused);
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
