using System.Buffers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <summary>
/// A gateway behind topics: what is released goes to <c>router.channel.outbound.&lt;provider&gt;</c> as <c>{id, to, from, content, validUntil}</c>, keyed by its conversation; the gateway tells
/// receipts under the message's id. A message is one record however many segments it has: whichever of them are released first here take it along, for the others may have left with another account;
/// those released after that are told sent at once.
/// </summary>
internal sealed class KafkaProvider : IProvider
{
    private const int WindowDefault = 10_000;

    // Before another try where the client's queue is full.
    private const int FullRetryMs = 200;

    private readonly string topic;
    private readonly byte[] name;
    private readonly int number;
    private readonly int window;
    private readonly IProviderEvents events;
    private readonly IKeyedHash hash;
    private readonly TimeProvider time;
    private readonly IDepartureProducer producer;
    private readonly ArrayBufferWriter<byte> json = new(1_024);
    private int inFlight;
    private volatile bool stopping;
    private volatile TaskCompletionSource? idle;

    public KafkaProvider(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, IDepartureProducer producer)
    {
        topic = TopicNames.ChannelOutboundOf(account.Name);
        name = Encoding.ASCII.GetBytes(account.Name);
        number = account.Number;
        window = account.Settings.Limits.InFlight ?? WindowDefault;
        this.events = events;
        this.hash = hash;
        this.time = time;
        this.producer = producer;
    }

    /// <inheritdoc/>
    public int Window => stopping ? 0 : window;

    /// <inheritdoc/>
    public RetryRule Retry => RetryRule.Default;

    /// <inheritdoc/>
    public bool HasWholeReceipts => true;

    /// <inheritdoc/>
    public ProviderStatus Status => new(1, 1, window, Volatile.Read(ref inFlight), 0, false, null, null, null);

    /// <inheritdoc/>
    public void Start() => events.HealthChanged(number, up: true);

    /// <inheritdoc/>
    public void Submit(ReadOnlySpan<Departure> departures)
    {
        foreach (ref readonly Departure departure in departures)
        {
            Submit(departure);
            RecordPool.Shared.Return(departure.Record, departure.RecordLength);
        }
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        idle = empty;
        if (Volatile.Read(ref inFlight) == 0)
        {
            empty.TrySetResult();
        }

        await empty.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        stopping = true;
        return ValueTask.CompletedTask;
    }

    private void Submit(in Departure departure)
    {
        if (time.GetTimestamp() > departure.ReleaseEnd)
        {
            Settle(departure, OutcomeKind.Lapsed, 0, 0);
            return;
        }

        byte[] id = new byte[UuidText.Length];
        UuidText.Format(departure.Id.Head, departure.Id.Tail, id);
        ulong receipt = hash.ReceiptKey(number, id);
        if (departure.HasLeftWhole)
        {
            Settle(departure, OutcomeKind.Sent, receipt, 0);
            return;
        }

        byte[] key = new byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(key, departure.Conversation);
        var message = new Message<byte[], byte[]>
        {
            Key = key,
            Value = Write(departure, id),
            Headers = CloudEvent.Of(Encoding.ASCII.GetString(id), "message.outbound"u8.ToArray(), time.GetUtcNow().ToUnixTimeMilliseconds(), name),
        };
        Departure written = departure with { Record = [] }; // which goes back now
        Interlocked.Increment(ref inFlight);
        Confluent.Kafka.ErrorCode refused = producer.Write(topic, message, report => Told(written, report.Status, receipt));
        if (refused != Confluent.Kafka.ErrorCode.NoError)
        {
            bool isFull = refused == Confluent.Kafka.ErrorCode.Local_QueueFull;
            Settle(departure, isFull ? OutcomeKind.Throttled : OutcomeKind.Failed, 0, isFull ? FullRetryMs : 0);
            Ended();
        }
    }

    private void Told(in Departure departure, PersistenceStatus status, ulong receipt)
    {
        OutcomeKind kind = status switch
        {
            PersistenceStatus.Persisted => OutcomeKind.Sent,
            PersistenceStatus.NotPersisted => OutcomeKind.Failed,
            _ => OutcomeKind.Unknown,
        };
        Settle(departure, kind, kind == OutcomeKind.Sent ? receipt : 0, 0);
        producer.Told(kind == OutcomeKind.Sent);
        Ended();
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref inFlight) == 0)
        {
            idle?.TrySetResult();
        }
    }

    private void Settle(in Departure departure, OutcomeKind kind, ulong receipt, int retryMs)
    {
        Span<Outcome> outcomes = stackalloc Outcome[1];
        int end = DueSegments.End(departure);
        for (int segment = DueSegments.Next(departure, 0); segment < end; segment = DueSegments.Next(departure, segment + 1))
        {
            outcomes[0] = new Outcome
            {
                Provider = number, Message = departure.Id, Epoch = departure.Epoch, Segment = (byte)segment, Kind = kind, RetryAfterMs = retryMs, ReceiptKey = receipt, HasWholeReceipt = true,
                Reason = kind == OutcomeKind.Failed ? Reason.ProviderFailed : Reason.None,
            };
            events.Settle(outcomes);
        }
    }

    private byte[] Write(in Departure departure, ReadOnlySpan<byte> id)
    {
        MessageRecord record = MessageRecord.Read(departure.Record.AsSpan(0, departure.RecordLength));
        json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("to"u8, $"{WireNames.Of(record.Channel)}:{Encoding.UTF8.GetString(record.To)}");
            if (!record.From.IsEmpty)
            {
                writer.WriteString("from"u8, record.From);
            }

            writer.WritePropertyName("content"u8);
            if (record.ContentType == ContentType.Media)
            {
                writer.WriteRawValue(record.Content);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, record.Text);
                writer.WriteEndObject();
            }

            writer.WriteString("validUntil"u8, DateTimeOffset.FromUnixTimeMilliseconds(departure.ValidUntilMs).UtcDateTime);
            writer.WriteEndObject();
        }

        byte[] value = json.WrittenSpan.ToArray();
        json.Clear(); // content
        return value;
    }
}
