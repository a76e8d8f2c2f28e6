using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>What the producers of a silo share: idempotent, <c>acks=all</c>, made once something is written, told of on <see cref="KafkaHealth"/>.</summary>
internal static class Producers
{
    /// <summary>Makes one; <paramref name="ended"/> is called with the code of an error after which nothing goes any more.</summary>
    public static Lazy<IProducer<byte[], byte[]>> Make(ProducerConfig config, KafkaHealth health, Action<string>? ended = null) => new(() =>
        new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler((_, error) => OnError(error, health, ended)).SetLogHandler(static (_, _) => { }).Build());

    /// <summary>Settings of one that gives a record up in time.</summary>
    public static ProducerConfig Hasty(KafkaOptions options, int timeoutMs)
    {
        ProducerConfig config = Shared(options);
        config.LingerMs = 2;
        config.MessageTimeoutMs = timeoutMs;
        config.QueueBufferingMaxMessages = 100_000;
        return config;
    }

    /// <summary>Settings of one that never gives a record up: who writes waits, and is told on <c>/readyz</c>.</summary>
    public static ProducerConfig Patient(KafkaOptions options)
    {
        ProducerConfig config = Shared(options);
        config.CompressionType = CompressionType.Lz4; // zstd was not measured beside it
        config.LingerMs = 3; // under load batches are full before that
        config.MessageTimeoutMs = 0;
        config.QueueBufferingMaxMessages = 200_000;
        return config;
    }

    /// <summary>Ends it: what the brokers have not taken within <paramref name="patience"/> is not waited for.</summary>
    public static void End(Lazy<IProducer<byte[], byte[]>> producer, TimeSpan patience)
    {
        if (producer.IsValueCreated)
        {
            producer.Value.Flush(patience);
            producer.Value.Dispose();
        }
    }

    private static ProducerConfig Shared(KafkaOptions options) => new(new Dictionary<string, string>(options.Client))
    {
        BootstrapServers = options.BootstrapServers,
        EnableIdempotence = true,
        Acks = Acks.All,
        DeliveryReportFields = "status",
    };

    private static void OnError(Error error, KafkaHealth health, Action<string>? ended)
    {
        if (error.IsFatal || error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown)
        {
            health.Down(error.Code.ToString());
        }

        if (error.IsFatal)
        {
            ended?.Invoke(error.Code.ToString());
        }
    }
}
