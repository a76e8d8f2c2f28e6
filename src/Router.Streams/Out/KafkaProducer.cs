using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>This silo's producer of dead letters' copies: never gives up, and who writes waits. Any thread.</summary>
internal sealed class KafkaProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<KafkaProducer> log) : IRecordWriter, IDisposable
{
    private readonly LastingProducer producer = LastingProducer.NeverGivingUp(options, health, time, log);

    /// <inheritdoc/>
    public WriteBatch Begin(ProducerTally tally) => new(tally, producer.Works);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        while (producer.Write(topic, message, batch) is var refused and not Confluent.Kafka.ErrorCode.NoError && await producer.AskAgainAsync(refused, batch, cancellationToken).ConfigureAwait(true))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();
}
