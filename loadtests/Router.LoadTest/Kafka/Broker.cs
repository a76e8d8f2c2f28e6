using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Router.LoadTest.Load;

namespace Router.LoadTest.Kafka;

/// <summary>A real Apache Kafka in a folder of the run, by the script that lies beside the project.</summary>
internal sealed class Broker : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private readonly string script;
    private readonly string folder;
    private readonly IAdminClient admin;

    private Broker(string script, string folder, string servers)
    {
        this.script = script;
        this.folder = folder;
        Servers = servers;
        Pid = int.Parse(File.ReadAllText(Path.Combine(folder, "node1", "pid")), CultureInfo.InvariantCulture);
        admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>Whether there is one to start.</summary>
    internal static bool IsThere => Find() is not null;

    internal string Servers { get; }

    internal int Pid { get; }

    internal static async Task<Broker> StartAsync(string folder)
    {
        string script = Find() ?? throw new FileNotFoundException("there is no Kafka to start: ../shared/kafka/kafka is missing beside the project; set ROUTER_KAFKA to a script that starts one as it does");
        return new Broker(script, folder, (await RunAsync(script, "start", folder)).Trim());
    }

    /// <summary>Makes a topic.</summary>
    internal Task AddTopicAsync(string topic, int partitions) => admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);

    /// <summary>Records written to a topic since it is there; 0: there is none.</summary>
    internal async Task<long> WrittenAsync(string topic)
    {
        TopicMetadata there = admin.GetMetadata(topic, patience).Topics[0];
        if (there.Error.IsError || there.Partitions.Count == 0)
        {
            return 0;
        }

        ListOffsetsResult ends = await admin.ListOffsetsAsync(
            there.Partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, p.PartitionId), OffsetSpec = OffsetSpec.Latest() }), new ListOffsetsOptions { RequestTimeout = patience });
        return ends.ResultInfos.Sum(static r => r.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>Writes messages as a tenant's system does: the body of <c>POST /v1/messages</c>, the headers that CloudEvents demand, keyed by the recipient.</summary>
    internal void Fill(string topic, long count, int seed)
    {
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = Servers, LingerMs = 20, CompressionType = CompressionType.Lz4, EnableDeliveryReports = false }).SetLogHandler(static (_, _) => { }).Build();
        var body = new RecordBody(seed);
        for (long i = 0; i < count; i++)
        {
            Message<byte[], byte[]> message = body.Make(i, Clock.Now);
            while (true)
            {
                try
                {
                    producer.Produce(topic, message);
                    break;
                }
                catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == Confluent.Kafka.ErrorCode.Local_QueueFull)
                {
                    Thread.Sleep(2);
                }
            }
        }

        producer.Flush(TimeSpan.FromMinutes(2));
    }

    public void Dispose()
    {
        admin.Dispose();
        RunAsync(script, "stop", folder).GetAwaiter().GetResult();
    }

    private static string? Find()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Router.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return new[] { Environment.GetEnvironmentVariable("ROUTER_KAFKA"), at is null ? null : Path.Combine(at, "..", "shared", "kafka", "kafka") }.FirstOrDefault(static path => path is not null && File.Exists(path));
    }

    private static async Task<string> RunAsync(string script, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(script, arguments) { RedirectStandardOutput = true })!;
        string told = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? told : throw new InvalidOperationException($"{script} {arguments[0]} ended with {process.ExitCode}");
    }
}
