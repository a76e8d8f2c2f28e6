using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;

namespace Router.LoadTest.Kafka;

/// <summary>
/// The limit of the client, as a child: one thread that consumes records and, for each, writes as many as Router does, the very records that Router wrote (same keys, headers and sizes), with
/// the same settings of the client. It makes nothing and keeps nothing. Told <c>TOPIC COUNT SAMPLES OUT PER_THOUSAND</c> it runs once, then tells what it allocated.
/// </summary>
internal static class BareLoop
{
    internal const string Command = "bare-loop";
    private const int Samples = 3_000;

    internal static void Run(string servers)
    {
        Console.WriteLine("""{"port":0}""");
        using IProducer<byte[], byte[]> producer = Producer(servers);
        Message<byte[], byte[]>[] samples = [];
        while (Console.ReadLine() is { } line)
        {
            string[] order = line.Split(' ');
            samples = samples.Length > 0 ? samples : ReadSamples(servers, order[2]);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            long failed = Turn(servers, order[0], Number(order[1]), samples, producer, order[3], Number(order[4]));
            long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            Console.WriteLine(JsonSerializer.Serialize(new { allocated, failed }));
        }
    }

    /// <summary>A consumer as Router's: values are taken over into memory that is used again.</summary>
    internal static IConsumer<Ignore, int> Consumer(string servers) => new ConsumerBuilder<Ignore, int>(new ConsumerConfig
    {
        BootstrapServers = servers, GroupId = "bare", EnableAutoOffsetStore = false, EnableAutoCommit = false, AutoOffsetReset = AutoOffsetReset.Earliest, FetchQueueBackoffMs = 5,
        EnablePartitionEof = false, ConsumeResultFields = "headers,topic,timestamp",
    }).SetValueDeserializer(new Value()).Build();

    /// <summary>Reads all partitions of a topic from its beginning.</summary>
    internal static void AssignAll(IConsumer<Ignore, int> consumer, string servers, string topic)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
    }

    private static long Turn(string servers, string topic, long count, Message<byte[], byte[]>[] samples, IProducer<byte[], byte[]> producer, string to, long perThousand)
    {
        using IConsumer<Ignore, int> consumer = Consumer(servers);
        AssignAll(consumer, servers, topic);
        long failed = 0;
        Action<DeliveryReport<byte[], byte[]>> told = report =>
        {
            if (report.Status != PersistenceStatus.Persisted)
            {
                Interlocked.Increment(ref failed);
            }
        };
        long owed = 0;
        int next = 0;
        for (long consumed = 0; consumed < count;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is null)
            {
                continue;
            }

            consumed++;
            for (owed += perThousand; owed >= 1_000; owed -= 1_000)
            {
                Write(producer, to, samples[next], told);
                next = next + 1 < samples.Length ? next + 1 : 0;
            }
        }

        producer.Flush(TimeSpan.FromMinutes(1));
        return failed;
    }

    private static void Write(IProducer<byte[], byte[]> producer, string to, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told)
    {
        while (true)
        {
            try
            {
                producer.Produce(to, message, told);
                return;
            }
            catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == Confluent.Kafka.ErrorCode.Local_QueueFull)
            {
                Thread.Sleep(2);
            }
        }
    }

    // As Router's (KafkaProducer).
    private static IProducer<byte[], byte[]> Producer(string servers) => new ProducerBuilder<byte[], byte[]>(new ProducerConfig
    {
        BootstrapServers = servers, EnableIdempotence = true, Acks = Acks.All, CompressionType = CompressionType.Lz4, LingerMs = 3, MessageTimeoutMs = 0, QueueBufferingMaxMessages = 200_000,
        DeliveryReportFields = "status",
    }).SetLogHandler(static (_, _) => { }).Build();

    private static Message<byte[], byte[]>[] ReadSamples(string servers, string topic)
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = servers, GroupId = "samples", EnableAutoCommit = false }).Build();
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var samples = new List<Message<byte[], byte[]>>();
        while (samples.Count < Samples && consumer.Consume(TimeSpan.FromSeconds(5)) is { } read)
        {
            samples.Add(new Message<byte[], byte[]> { Key = read.Message.Key, Value = read.Message.Value, Headers = read.Message.Headers });
        }

        return [.. samples];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Value : IDeserializer<int>
    {
        private readonly byte[] bytes = new byte[64 * 1024];

        public int Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            data.CopyTo(bytes);
            return data.Length;
        }
    }
}
