using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>What both producers of a silo share: idempotent, <c>acks=all</c>, made once something is written, told of on <see cref="KafkaHealth"/>.</summary>
internal static class Producers
{
    /// <summary>Makes one with <paramref name="own"/> beside what is shared; <paramref name="ended"/> is called with the code of an error after which nothing goes any more.</summary>
    public static Lazy<IProducer<byte[], byte[]>> Make(KafkaOptions options, KafkaHealth health, Action<ProducerConfig> own, Action<string>? ended = null) => new(() =>
    {
        var config = new ProducerConfig(new Dictionary<string, string>(options.Client))
        {
            BootstrapServers = options.BootstrapServers,
            EnableIdempotence = true,
            Acks = Acks.All,
            DeliveryReportFields = "status",
        };
        own(config);
        return new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler((_, error) => OnError(error, health, ended)).SetLogHandler(static (_, _) => { }).Build();
    });

    /// <summary>Ends it: what the brokers have not taken within <paramref name="patience"/> is not waited for.</summary>
    public static void End(Lazy<IProducer<byte[], byte[]>> producer, TimeSpan patience)
    {
        if (producer.IsValueCreated)
        {
            producer.Value.Flush(patience);
            producer.Value.Dispose();
        }
    }

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
