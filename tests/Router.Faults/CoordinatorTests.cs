using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>The group's coordinator moves just as Router asks for the group's offsets: librdkafka never begins to read such a partition (its issue 5586), and where a client of no group asks it takes down the process (5040).</summary>
public sealed class CoordinatorTests
{
    private const int Records = 20;
    private const int Partitions = 4;
    private const string Topic = "router.outbound.acme";

    [Fact]
    public async Task Records_are_read_though_the_coordinator_was_another_when_their_offsets_were_asked_for()
    {
        using var brokers = new MockCluster(3);
        foreach (string topic in new[] { Topic, "router.channel.inbound", "router.channel.receipts", "router.events", "router.deadletter" })
        {
            brokers.Make(topic, Partitions, 1);
        }

        using (IProducer<string, string> writer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = brokers.Servers }).Build())
        {
            for (int i = 0; i < Records; i++)
            {
                writer.Produce(new TopicPartition(Topic, i % Partitions), new Message<string, string> { Key = "k", Value = $$"""{"to":"sms:+39333{{i:D7}}","purpose":"service","content":{"type":"text","text":"message {{i}}"} }""" });
            }

            writer.Flush(TimeSpan.FromSeconds(10));
        }

        brokers.Refuse(MockCluster.OffsetFetch, [.. Enumerable.Repeat(Confluent.Kafka.ErrorCode.NotCoordinatorForGroup, 6)]);
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={brokers.Servers}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""");
        await Until.TrueAsync(async () => await DeliveredAsync(client) == Records, () => $"not all records were read: {router.Output}");
    }

    private static async Task<int> DeliveredAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>(new Uri("/v1/messages?status=delivered&limit=100", UriKind.Relative))).GetProperty("items").GetArrayLength();
}
