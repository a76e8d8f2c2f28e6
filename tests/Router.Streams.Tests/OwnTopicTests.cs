using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Router.Testing.Processes;

namespace Router.Streams.Tests;

/// <summary>A tenant's own topic of events that takes nothing holds up nobody else's; what it missed it gets once it takes again, in its order.</summary>
public sealed class OwnTopicTests
{
    private const string Own = "router.events.acme";
    private const int Count = 300; // an act and a tenant

    [Fact]
    public async Task A_topic_that_takes_nothing_holds_up_itself_alone_and_misses_nothing()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={kafka.Servers}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""");
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        foreach ((string tenant, string sender) in ((string, string)[])[("acme", "+390001"), ("bert", "+390002")])
        {
            await Api.PutAsync(admin, "/admin/tenants/" + tenant, $$"""{"name":"A","senders":["{{sender}}"],"events":{"kafka":true} }""");
            await kafka.WaitForAsync("router.events." + tenant);
        }

        await TakesUpToAsync(kafka, "100"); // bytes: none of them
        Write(kafka, 0);
        Assert.Equal(Count, InOrder(kafka.Read("router.events.bert", static all => Delivered(all) == Count)));
        Assert.Equal(2 * Count, InOrder(kafka.Read("router.events", static all => Delivered(all) == 2 * Count)));
        await TroubleAsync(router, isThere: true);
        Assert.Single(router.Lines, static l => l.Contains("takes nothing", StringComparison.Ordinal));

        // A place of its own is kept: what it has not taken comes after a crash.
        await router.KillAsync();
        await router.StartAsync();
        Write(kafka, 1);
        Assert.Equal(2 * Count, InOrder(kafka.Read("router.events.bert", static all => Delivered(all) == 2 * Count)));
        await TroubleAsync(router, isThere: true);
        await TakesUpToAsync(kafka, "1048588");
        Assert.Equal(2 * Count, InOrder(kafka.Read(Own, static all => Delivered(all) == 2 * Count)));
        await TroubleAsync(router, isThere: false);

        // Deleted, and made anew by Router.
        using (IAdminClient brokers = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Servers }).Build())
        {
            await brokers.DeleteTopicsAsync([Own]);
        }

        Write(kafka, 2);
        Assert.Equal(3 * Count, InOrder(kafka.Read("router.events.bert", static all => Delivered(all) == 3 * Count)));
        await kafka.WaitForAsync(Own);
        kafka.Read(Own, static all => Delivered(all) >= Count);
        await TroubleAsync(router, isThere: false);
    }

    private static async Task TakesUpToAsync(KafkaBroker kafka, string bytes)
    {
        using IAdminClient brokers = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Servers }).Build();
        await brokers.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = Own }] = [new ConfigEntry { Name = "max.message.bytes", Value = bytes, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }

    private static async Task TroubleAsync(RouterProcess router, bool isThere)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await router.ReadyAsync()).Text.Contains("own topics of events take nothing", StringComparison.Ordinal) != isThere)
        {
            await Task.Delay(100, limit.Token);
        }
    }

    private static void Write(KafkaBroker kafka, int act)
    {
        using IProducer<string, string> writer = kafka.Producer();
        foreach (string tenant in (string[])["acme", "bert"])
        {
            for (int i = 0; i < Count; i++)
            {
                string to = string.Create(CultureInfo.InvariantCulture, $"sms:+39333{i % 50:D7}");
                writer.Produce("router.outbound." + tenant, new Message<string, string>
                {
                    Key = to,
                    Value = $$"""{"to":"{{to}}","purpose":"service","content":{"type":"text","text":"message {{i}}"} }""",
                    Headers = [new Header("ce_id", Encoding.ASCII.GetBytes($"{act}/{i}")), new Header("ce_source", "/test"u8.ToArray())],
                });
            }
        }

        writer.Flush(TimeSpan.FromMinutes(1));
    }

    private static int Delivered(List<ConsumeResult<string, string>> events) =>
        events.Where(static e => Header(e, "ce_type") == "message.delivered").Select(static e => Header(e, "ce_id")).Distinct().Count();

    // How many messages, each with its events in their order.
    private static int InOrder(List<ConsumeResult<string, string>> events)
    {
        List<IGrouping<string, ConsumeResult<string, string>>> messages = [.. events.GroupBy(static e => JsonDocument.Parse(e.Message.Value).RootElement.GetProperty("message").GetString()!)];
        Assert.All(messages, static m => Assert.Equal(["message.accepted", "message.sent", "message.delivered"], m.Select(static e => Header(e, "ce_type")).Where(static t => t != "message.queued").Distinct()));
        return messages.Count;
    }

    private static string Header(ConsumeResult<string, string> record, string name) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));
}
