using Router.LoadTest.Children;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Kafka;

/// <summary>A router that takes turns: with its store, or with a journal that keeps nothing. Each turn is a tenant of its own, whose topic is full before the tenant is there.</summary>
internal sealed class RouterSide : IDisposable
{
    internal const int Partitions = 8;
    internal const string Events = "router.events";

    // Bounds that the warm-up reaches, as in bench/gate's whole way: what is counted then is garbage, not tables that grow.
    private static readonly string[] soonFull = ["Engine:ContactRowsMax=1024", "Engine:AwaitedReceiptsMax=32768"];

    // What keeps nothing can't be asked for a record that is no longer in memory: there is room for all that may wait.
    private static readonly string[] unforgotten = ["Engine:RecordRingBytes=4194304"];

    // Accepted, sent, delivered; some are told as queued, too, so that events are no proof of deliveries.
    private const int EventsAMessage = 3;

    private readonly Broker broker;
    private readonly string name;
    private readonly HttpClient client;
    private int turns;

    private RouterSide(Broker broker, string name, RouterChild child)
    {
        this.broker = broker;
        this.name = name;
        Child = child;
        client = child.Client(RouterChild.OperatorKey);
        Administration = new Administration(child);
    }

    internal RouterChild Child { get; }

    internal Administration Administration { get; }

    internal static async Task<RouterSide> StartAsync(LoadRun run, Broker broker, string name, bool unkept)
    {
        string[] settings = [.. soonFull, .. unkept ? unforgotten : [], .. run.Options.Settings, $"Kafka:BootstrapServers={broker.Servers}", $"Kafka:Group={name}", $"Kafka:Partitions={Partitions}"];
        var side = new RouterSide(broker, name, await (unkept
            ? RouterChild.StartAsync(Path.Combine(AppContext.BaseDirectory, "Router.LoadTest"), run.Scratch(name), settings, UnkeptRouter.Command)
            : RouterChild.StartAsync(run.Options.Host, run.Scratch(name), settings)));
        await side.Administration.UseLoopbackAsync();
        return side;
    }

    /// <summary>Reads <paramref name="count"/> records of a topic that nobody has read, and says which.</summary>
    internal async Task<(Turn Turn, string Topic)> TurnAsync(long count)
    {
        string tenant = $"{name}{++turns}";
        string topic = $"router.outbound.{tenant}";
        await broker.AddTopicAsync(topic, Partitions);
        broker.Fill(topic, count, turns + (name.Length * 100));
        double before = await AllocatedAsync();
        Turn turn = await new TurnWatch(broker, Events, Child.Pid).FollowAsync(count, count * EventsAMessage, () => Administration.AddTenantAsync(tenant, [$"+3900{turns:D2}"]), DeliveredAsync);
        MetricsText after = await ScrapeAsync();
        double dead = after.Sum("router_kafka_deadletters_total");
        return dead > 0 ? throw new InvalidOperationException($"{dead:N0} records became dead letters") : (turn with { Bytes = (Allocated(after) - before) / count }, topic);
    }

    public void Dispose()
    {
        client.Dispose();
        Administration.Dispose();
        Child.Dispose();
    }

    private async Task<long> DeliveredAsync() => (long)(await ScrapeAsync()).Sum("router_messages_total", "status=\"delivered\"");

    private async Task<double> AllocatedAsync() => Allocated(await ScrapeAsync());

    private async Task<MetricsText> ScrapeAsync() => new(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    private static double Allocated(MetricsText metrics) => metrics.Sum("dotnet_gc_heap_total_allocated_bytes_total");
}
