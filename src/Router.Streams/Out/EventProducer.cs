using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Streams.Out.Native;

namespace Router.Streams.Out;

/// <summary>The producer of events: idempotent, <c>acks=all</c>, compressed; one for all topics, made once something is written. One caller at a time.</summary>
internal sealed partial class EventProducer : IDisposable
{
    private readonly Lazy<RecordProducer> producer;
    private readonly KafkaHealth health;
    private readonly ILogger<EventProducer> log;

    public EventProducer(KafkaOptions options, KafkaHealth health, ILogger<EventProducer> log)
    {
        this.health = health;
        this.log = log;
        producer = new Lazy<RecordProducer>(() => new RecordProducer(Producers.Patient(options).Where(static s => !s.Key.StartsWith("dotnet.", StringComparison.Ordinal)), OnFault));
    }

    /// <summary>Hands a record to the client, of which <paramref name="batch"/> is told; false: its queue is full.</summary>
    /// <exception cref="KafkaException">It is not taken, and nobody is told of it.</exception>
    public bool TryWrite(string topic, in EventRecord record, WriteBatch batch) => producer.Value.TryWrite(topic, record, batch);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (producer.IsValueCreated)
        {
            producer.Value.Dispose();
        }
    }

    private void OnFault(Confluent.Kafka.ErrorCode code, bool isFatal)
    {
        if (isFatal || code == Confluent.Kafka.ErrorCode.Local_AllBrokersDown)
        {
            health.Down(code.ToString());
        }

        if (isFatal)
        {
            LogFatal(code.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Error, "writing events to Kafka has come to an end ({Code}): restart Router")]
    private partial void LogFatal(string code);
}
