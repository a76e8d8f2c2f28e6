using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>This silo's producer of dead letters' copies: never gives up, and who writes waits. Any thread.</summary>
internal sealed class KafkaProducer : IRecordWriter, IDisposable
{
    // In the client's queue: 16 Ki events hide a round trip, and their copies beside them.
    private const int QueueMax = 200_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(2);

    private readonly LastingProducer producer;
    private readonly TimeProvider time;

    public KafkaProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger<KafkaProducer> log)
    {
        this.time = time;
        producer = new LastingProducer(options, health, time, log, Patience, static config =>
        {
            config.LingerMs = 3; // under load batches are full before that
            config.MessageTimeoutMs = 0; // never given up: who writes waits, and is told on /readyz
            config.QueueBufferingMaxMessages = QueueMax;
        });
    }

    /// <inheritdoc/>
    public WriteBatch Begin(ProducerTally tally) => new(tally, producer.Works);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        Confluent.Kafka.ErrorCode refused;
        while ((refused = producer.Write(topic, message, batch)) == Confluent.Kafka.ErrorCode.Local_QueueFull || (refused == Confluent.Kafka.ErrorCode.Local_Fatal && !batch.IsBegun))
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
}
