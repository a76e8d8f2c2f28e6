using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Router.Core.Addresses;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;
using Router.Streams;
using Router.Testing.Processes;

namespace Router.Grains.Tests;

/// <summary>
/// Two silos and a real Kafka: half of what each reads is for shards on the other. Every record is one message or one dead letter whoever dies, and no offset is ever committed beyond what is kept
/// (DESIGN §4.1).
/// </summary>
public sealed class KafkaOverSilos(ITestOutputHelper output)
{
    private const int Count = 3_000; // an act
    private const int PoisonEvery = 500;
    private const int ReusedEvery = 700;
    private const string Topic = "router.outbound.acme";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_record_is_one_message_or_one_dead_letter_whichever_silo_reads_it_and_whichever_dies()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), more: silo =>
        {
            silo.Services.AddSingleton<IEventBodies, PlainBodies>();
            silo.AddRouterStreams(new KafkaOptions { BootstrapServers = kafka.Servers });
        });
        await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        await kafka.WaitForAsync(Topic);
        var written = new Dictionary<TopicPartitionOffset, Written>();

        Write(kafka, 0, written);
        await cluster.WaitForAsync(() => Kept(cluster) > Count / 3);
        CheckOffsets(kafka, cluster, written);
        await cluster.WaitForAsync(() => Enumerable.Range(0, 2).All(silo => cluster.Of<KafkaMeter>(silo).Figures.Slices > 0)); // both read, and each for shards of both

        Write(kafka, 1, written);
        cluster.Journal(1).Inner.Crash();
        await cluster.KillAsync(1);
        CheckOffsets(kafka, cluster, written);
        await SettledAsync(kafka, cluster, written);

        await cluster.StartSiloAsync(); // which is given its share of the ways, and no shard
        Write(kafka, 2, written);
        await SettledAsync(kafka, cluster, written);
        output.WriteLine($"{written.Count} records, {Enumerable.Range(0, 2).Sum(silo => cluster.Of<KafkaMeter>(silo).Figures.Repeats)} read again by those alive");
    }

    // All of it, each once; and the brokers know.
    private static async Task SettledAsync(KafkaBroker kafka, RouterCluster cluster, Dictionary<TopicPartitionOffset, Written> written)
    {
        await cluster.WaitForAsync(() => Kept(cluster) >= written.Count);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (kafka.LagOf(Topic) > 0)
        {
            await Task.Delay(100, limit.Token);
        }

        CheckOffsets(kafka, cluster, written);
        Dictionary<ContactId, int> messages = Messages(cluster);
        Assert.Equal(written.Values.Where(static w => !w.IsDead).Select(static w => w.Contact).ToHashSet(), [.. messages.Keys]);
        Assert.All(messages.Values, static times => Assert.Equal(1, times));
        Assert.Equal(written.Count(static w => w.Value.IsDead), Letters(cluster).Count);
        Assert.Equal(written.Count(static w => w.Value.IsDead), kafka.Read("router.deadletter", all => all.Count >= written.Count(static w => w.Value.IsDead)).Select(static d => d.Message.Key).Distinct().Count());
    }

    // The offsets first: what is kept only grows.
    private static void CheckOffsets(KafkaBroker kafka, RouterCluster cluster, Dictionary<TopicPartitionOffset, Written> written)
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = kafka.Servers, GroupId = "router" }).Build();
        List<TopicPartitionOffset> committed = consumer.Committed([.. written.Keys.Select(static at => at.TopicPartition).Distinct()], TimeSpan.FromSeconds(20));
        Dictionary<ContactId, int> messages = Messages(cluster);
        int letters = Letters(cluster).Count;
        Written[] behind = [.. committed.SelectMany(end => written.Where(w => w.Key.TopicPartition == end.TopicPartition && w.Key.Offset.Value < end.Offset.Value).Select(static w => w.Value))];
        Assert.All(behind, w => Assert.True(w.IsDead || messages.ContainsKey(w.Contact), $"record {w.Number} is neither kept nor a dead letter, and its offset is committed"));
        Assert.True(behind.Count(static w => w.IsDead) <= letters);
    }

    private static int Kept(RouterCluster cluster) => cluster.Store.Snapshot().Count;

    private static Dictionary<ContactId, int> Messages(RouterCluster cluster) =>
        cluster.Store.Snapshot().Where(static m => m.Accepted.Tenant == 1).GroupBy(static m => m.Accepted.Contact).ToDictionary(static g => g.Key, static g => g.Count());

    private static List<int> Letters(RouterCluster cluster) => [.. cluster.Store.Snapshot().Where(static m => m.Accepted.Tenant == 0).Select(static m => m.Accepted.Tenant)];

    private static void Write(KafkaBroker kafka, int act, Dictionary<TopicPartitionOffset, Written> written)
    {
        using IProducer<string, string> writer = kafka.Producer();
        for (int i = 0; i < Count; i++)
        {
            int number = (act * Count) + i;
            bool isPoison = i % PoisonEvery == PoisonEvery - 1;
            bool isReused = !isPoison && i % ReusedEvery == ReusedEvery - 1; // the key of the record before it, with another body
            string to = string.Create(CultureInfo.InvariantCulture, $"+39333{(isReused ? number - 1 : number):D7}");
            var record = new Written(number, RouterCluster.ContactOf(to), isPoison || isReused);
            writer.Produce(
                Topic,
                new Message<string, string>
                {
                    Key = to,
                    Value = isPoison ? "{" : $$"""{"to":"sms:{{to}}","purpose":"service","content":{"type":"text","text":"message {{number}}"} }""",
                    Headers = [new Header("ce_id", Encoding.ASCII.GetBytes($"{(isReused ? number - 1 : number)}")), new Header("ce_source", "/test"u8.ToArray())],
                },
                report =>
                {
                    lock (written)
                    {
                        written.Add(report.TopicPartitionOffset, record);
                    }
                });
        }

        writer.Flush(TimeSpan.FromMinutes(1));
    }

    private sealed record Written(int Number, ContactId Contact, bool IsDead);

    private sealed class PlainBodies : IEventBodies
    {
        public ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken)
        {
            for (int i = 0; i < events.Count; i++)
            {
                "{}"u8.CopyTo(bodies.Room(2));
                bodies.Add((ulong)events[i].Entry.AtMs, (ulong)i, "message.sent", 2);
            }

            return default;
        }
    }
}
