using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Router.LoadTest.Load;
using Router.Testing.Processes;

namespace Router.LoadTest.Kafka;

/// <summary>
/// What Orleans' streams cost where each record is an event, as a child: Kafka → one event of one of 64 memory streams → a grain that counts it. Nothing is decided, kept or written: a limit
/// of that design. Told <c>TOPIC COUNT</c> it runs once, then tells how long it took, what it allocated and what CPU it had.
/// </summary>
internal static class StreamEvents
{
    internal const string Command = "stream-events";
    internal const string Provider = "records";
    internal const string Namespace = "record";
    private const int Streams = 64;
    private const int UnderWayMax = 4_096;

    internal static async Task RunAsync(string servers)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(static silo => silo
            .UseLocalhostClustering(Ports.Claim(), Ports.Claim())
            .AddMemoryGrainStorage("PubSubStore")
            .AddMemoryStreams(Provider, static streams =>
            {
                streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
                streams.ConfigurePullingAgent(static agent => agent.Configure(static o => o.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10)));
            }));
        using IHost host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("""{"port":0}""");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] order = line.Split(' ');
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            double cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
            long start = Clock.Now;
            long count = long.Parse(order[1], CultureInfo.InvariantCulture);
            await TurnAsync(host.Services.GetRequiredKeyedService<IStreamProvider>(Provider), servers, order[0], count);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                seconds = (Clock.Now - start) / 1e9, allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated, cpu = Environment.CpuUsage.TotalTime.TotalSeconds - cpu,
            }));
        }

        await host.StopAsync();
    }

    private static async Task TurnAsync(IStreamProvider provider, string servers, string topic, long count)
    {
        IAsyncStream<byte[]>[] streams = [.. Enumerable.Range(0, Streams).Select(i => provider.GetStream<byte[]>(StreamId.Create(Namespace, (long)i)))];
        using IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = servers, GroupId = "events", EnableAutoCommit = false, FetchQueueBackoffMs = 5, ConsumeResultFields = "headers,topic,timestamp",
        }).Build();
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        long begin = RecordGrain.Count;
        for (long sent = 0; sent < count;)
        {
            if (sent - (RecordGrain.Count - begin) >= UnderWayMax)
            {
                await Task.Delay(1);
            }
            else if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
            {
                // Streams' own order is kept without waiting: calls of one sender to one grain go in order.
                _ = streams[sent++ % Streams].OnNextAsync(record.Message.Value);
            }
        }

        while (RecordGrain.Count - begin < count)
        {
            await Task.Delay(1);
        }
    }
}
