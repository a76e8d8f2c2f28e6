using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;

namespace Router.Testing.Processes;

/// <summary>A real Apache Kafka over a folder of its own: one broker, or several.</summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private readonly string folder;

    private KafkaBroker(string folder, string servers)
    {
        this.folder = folder;
        Servers = servers;
    }

    public string Servers { get; }

    /// <summary>The script that runs brokers lies beside the project, not in it: where it is not, what needs it is skipped by name.</summary>
    private static string? Script { get; } = new[]
    {
        Environment.GetEnvironmentVariable("ROUTER_KAFKA"), Path.Combine(Repository.Root, "..", "shared", "kafka", "kafka"), "/work/shared/kafka/kafka",
    }.FirstOrDefault(static path => path is not null && File.Exists(path));

    public static async Task<KafkaBroker> StartAsync(int nodes = 1)
    {
        Assert.SkipUnless(Script is not null, "there is no Kafka to start: set ROUTER_KAFKA to the script that starts one");
        string folder = Directory.CreateTempSubdirectory("router-kafka-").FullName;
        return new KafkaBroker(folder, (await RunAsync("start", folder, "--nodes", nodes.ToString(CultureInfo.InvariantCulture))).Trim());
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => RunAsync("kill", folder);

    /// <summary>kill -9 of one of several, from 1 on.</summary>
    public Task KillAsync(int node) => RunAsync("kill", folder, node.ToString(CultureInfo.InvariantCulture));

    /// <summary>Starts those that were killed again on what they have.</summary>
    public Task StartAgainAsync() => RunAsync("start", folder);

    public IProducer<string, string> Producer() => new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Servers, EnableIdempotence = true, LingerMs = 5 }).Build();

    /// <summary>Reads <paramref name="topic"/> from its beginning until <paramref name="isEnough"/>.</summary>
    public List<ConsumeResult<string, string>> Read(string topic, Func<List<ConsumeResult<string, string>>, bool> isEnough)
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = Servers, GroupId = Guid.NewGuid().ToString(), AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false, AllowAutoCreateTopics = false,
        }).Build();
        consumer.Subscribe(topic);
        var all = new List<ConsumeResult<string, string>>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } one)
                {
                    all.Add(one);
                }
                else if (isEnough(all))
                {
                    break;
                }
            }
            catch (ConsumeException fault) when (fault.Error.Code is Confluent.Kafka.ErrorCode.UnknownTopicOrPart)
            {
                // Router makes it.
            }

            Assert.False(limit.IsCancellationRequested, $"{topic} has {all.Count} records, and they are not enough");
        }

        consumer.Close();
        return all;
    }

    /// <summary>Waits until <paramref name="topic"/> is there.</summary>
    public async Task WaitForAsync(string topic)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!admin.GetMetadata(TimeSpan.FromSeconds(20)).Topics.Exists(t => t.Topic == topic))
        {
            await Task.Delay(100, limit.Token);
        }
    }

    /// <summary>Records of <paramref name="topic"/> that the group has not settled.</summary>
    public long LagOf(string topic, string group = "router")
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = Servers, GroupId = group }).Build();
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        TopicPartition[] all = [.. admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Select(p => new TopicPartition(topic, p.PartitionId))];
        return consumer.Committed(all, TimeSpan.FromSeconds(20)).Sum(at =>
        {
            WatermarkOffsets ends = consumer.QueryWatermarkOffsets(at.TopicPartition, TimeSpan.FromSeconds(20));
            return ends.High.Value - (at.Offset == Offset.Unset ? ends.Low.Value : at.Offset.Value);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop", folder);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Script!) { RedirectStandardOutput = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string told = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return told;
    }
}
