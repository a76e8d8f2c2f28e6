using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Router.Testing.Processes;

namespace Router.Streams.Tests;

/// <summary>The real host and a real Kafka: what is written comes in, once each; what happens goes out; and whatever dies, nothing is lost or passed over (DESIGN §4.1, §4.4).</summary>
public sealed class KafkaTests(ITestOutputHelper output)
{
    private const int Count = 20_000;
    private const int PoisonEvery = 1_000;
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""";

    [Fact]
    public async Task Every_record_becomes_one_message_or_one_dead_letter_and_its_events_whatever_is_killed()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={kafka.Servers}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.PutAsync(admin, "/admin/tenants/acme", """{"name":"Acme","senders":["+390001"],"events":{"kafka":true}}""");
        await kafka.WaitForAsync("router.outbound.acme");

        var random = new Random(3);
        Task writing = Task.Run(() => Write(kafka, Count, again: false));
        for (int kill = 0; kill < 3; kill++)
        {
            await Task.Delay(random.Next(500, 2_000));
            await router.KillAsync();
            await router.StartAsync();
        }

        await writing;
        Write(kafka, Count / 10, again: true); // the same ids once more

        const int Poisoned = Count / PoisonEvery;
        List<ConsumeResult<string, string>> events = kafka.Read("router.events", static all => Distinct(all, "message.delivered").Count == Count - Poisoned);
        Assert.Equal(Count - Poisoned, Distinct(events, "message.accepted").Count);
        List<ConsumeResult<string, string>> own = kafka.Read("router.events.acme", static all => Distinct(all, "message.delivered").Count == Count - Poisoned);
        Assert.Superset(Distinct(own, "message.accepted"), Distinct(events, "message.accepted"));

        // In a conversation's order, and the same bytes under the same id.
        foreach (IGrouping<string, ConsumeResult<string, string>> told in events.GroupBy(static e => Header(e, "ce_id")))
        {
            Assert.Single(told.Select(static e => e.Message.Value).Distinct());
        }

        foreach (IGrouping<string, ConsumeResult<string, string>> message in events.GroupBy(static e => JsonDocument.Parse(e.Message.Value).RootElement.GetProperty("message").GetString()!))
        {
            Assert.Equal(["message.accepted", "message.sent", "message.delivered"], message.Select(static e => Header(e, "ce_type")).Where(static t => t != "message.queued").Distinct());
        }

        List<ConsumeResult<string, string>> dead = kafka.Read("router.deadletter", static all => all.Select(Place).Distinct().Count() >= Poisoned);
        Assert.Equal("malformed_json", Assert.Single(dead.Select(static d => Header(d, "reason")).Distinct()));
        JsonElement kept = await admin.GetFromJsonAsync<JsonElement>("/admin/deadletters?limit=200");
        Assert.Equal(dead.Select(Place).Distinct().Order(), kept.GetProperty("items").EnumerateArray().Select(static i => $"{i.GetProperty("topic")}/{i.GetProperty("partition")}/{i.GetProperty("offset")}").Order());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (kafka.LagOf("router.outbound.acme") > 0)
        {
            await Task.Delay(200, limit.Token);
        }

        string metrics = await client.GetStringAsync("/metrics");
        foreach (string name in (string[])["records_total", "slices_total", "repeats_total", "produced_total", "pauses_total", "paused", "in_flight", "producer_queue", "topics_behind", "lag"])
        {
            Assert.Matches($@"(?m)^router_kafka_{name}[{{ ]", metrics);
        }

        Assert.Matches(@"(?m)^router_kafka_repeats_total\S* [1-9]", metrics);
        JsonElement look = await KafkaLookAsync(admin);
        Assert.Equal(0, look.GetProperty("lag").GetInt64());
        Assert.True(look.GetProperty("repeats").GetInt64() > 0);
        output.WriteLine($"{events.Count} events told, {events.Select(static e => Header(e, "ce_id")).Distinct().Count()} different; {dead.Count} dead letters");
        Assert.DoesNotContain("message 1", router.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("+39333", router.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_behind_topics_is_given_messages_and_tells_receipts_and_replies()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={kafka.Servers}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"kafka","channels":["sms"]}""");
        await kafka.WaitForAsync("router.channel.outbound.carrier");
        string text = new('x', 300); // three segments, one record
        List<JsonElement> answers = await Api.PostLinesAsync(client, Enumerable.Range(0, 50).Select(i =>
            $$"""{"to":"sms:+39333000{{i:D4}}","purpose":"service","content":{"type":"text","text":"{{text}} {{i}}"} }"""));
        string[] ids = [.. answers.Select(static a => a.GetProperty("id").GetString()!)];

        List<ConsumeResult<string, string>> given = kafka.Read("router.channel.outbound.carrier", static all => all.Select(static r => Header(r, "ce_id")).Distinct().Count() == 50);
        Assert.Equal(ids.Order(), given.Select(static r => JsonDocument.Parse(r.Message.Value).RootElement.GetProperty("id").GetString()!).Distinct().Order());
        JsonElement first = JsonDocument.Parse(given[0].Message.Value).RootElement;
        Assert.StartsWith("sms:+39333000", first.GetProperty("to").GetString(), StringComparison.Ordinal);
        Assert.Equal("+390001", first.GetProperty("from").GetString());
        Assert.StartsWith(text, first.GetProperty("content").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(first.GetProperty("validUntil").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);

        using (IProducer<string, string> gateway = kafka.Producer())
        {
            foreach (string id in ids)
            {
                gateway.Produce("router.channel.receipts", new Message<string, string> { Value = $$"""{"provider":"carrier","providerMessageId":"{{id}}","status":"delivered","at":"2026-11-27T10:00:00Z"}""" });
            }

            gateway.Produce("router.channel.receipts", new Message<string, string> { Value = """{"provider":"nobody","providerMessageId":"x","status":"delivered"}""" });
            gateway.Produce("router.channel.inbound", new Message<string, string>
            {
                Value = """{"provider":"carrier","from":"sms:+393330000007","to":"+390001","content":{"type":"text","text":"thank you"},"providerMessageId":"in-1","more":1}""",
            });
            gateway.Flush(TimeSpan.FromSeconds(30));
        }

        Dictionary<string, int> ended = await Api.WaitForEndAsync(client, ids, TimeSpan.FromMinutes(1));
        Assert.Equal(["delivered"], ended.Keys);
        ConsumeResult<string, string> received = kafka.Read("router.events", static all => all.Exists(static e => Header(e, "ce_type") == "message.received")).Last(static e => Header(e, "ce_type") == "message.received");
        Assert.Equal("thank you", JsonDocument.Parse(received.Message.Value).RootElement.GetProperty("inbound").GetProperty("content").GetProperty("text").GetString());
        Assert.Equal("unknown_provider", Header(Assert.Single(kafka.Read("router.deadletter", static all => all.Count > 0)), "reason"));
    }

    [Fact]
    public async Task The_quick_start_of_the_documentation_runs_as_it_stands()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={kafka.Servers}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        await kafka.WaitForAsync("router.outbound.acme");
        string[] commands = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "KAFKA.md"))).Split("```sh\n")[1].Split("```")[0].Replace("|\n", "|", StringComparison.Ordinal).Trim().Split('\n');
        Assert.Equal(2, commands.Length);

        await ShellAsync(commands[0], kafka);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        string told;
        while (!(told = await ShellAsync(commands[1], kafka)).Contains("message.delivered", StringComparison.Ordinal))
        {
            await Task.Delay(200, limit.Token);
        }

        Assert.Contains("\"tenant\":\"acme\"", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_brokers_HTTP_goes_on_and_when_they_are_back_so_do_records()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await kafka.KillAsync();
        await using var router = new RouterProcess($"--Kafka:BootstrapServers={kafka.Servers}", "--Kafka:SharedOutbound=true");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await client.GetStringAsync("/readyz", limit.Token)).Contains("Kafka", StringComparison.Ordinal))
        {
            await Task.Delay(100, limit.Token);
        }

        List<JsonElement> answers = await Api.PostLinesAsync(client, ["""{"to":"sms:+393330000001","purpose":"service","content":{"type":"text","text":"by HTTP"}}"""]);
        await Api.WaitForEndAsync(client, [answers[0].GetProperty("id").GetString()!], TimeSpan.FromMinutes(1));

        await kafka.StartAgainAsync();
        await kafka.WaitForAsync("router.outbound");
        using (IProducer<string, string> writer = kafka.Producer())
        {
            foreach (string tenant in (string[])["acme", "later"])
            {
                writer.Produce("router.outbound", new Message<string, string>
                {
                    Value = """{"to":"sms:+393330000002","purpose":"service","content":{"type":"text","text":"by Kafka"}}""",
                    Headers = [new Header("ce_tenant", Encoding.UTF8.GetBytes(tenant)), new Header("ce_id", "1"u8.ToArray()), new Header("ce_source", "/test"u8.ToArray())],
                });
            }

            writer.Flush(TimeSpan.FromSeconds(30));
        }

        kafka.Read("router.events", static all => Distinct(all, "message.delivered").Count == 2);
        Assert.Equal("unknown_tenant", Header(Assert.Single(kafka.Read("router.deadletter", static all => all.Count > 0)), "reason"));

        // Made by now: its record is tried again, once.
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.PutAsync(admin, "/admin/tenants/later", """{"name":"Later","senders":["+390002"]}""");
        using HttpResponseMessage replayed = await admin.PostAsync("/admin/deadletters/replay", Api.Json("{}"));
        Assert.Equal("""{"replayed":1,"left":0}""", await replayed.Content.ReadAsStringAsync());
        Assert.Empty((await admin.GetFromJsonAsync<JsonElement>("/admin/deadletters")).GetProperty("items").EnumerateArray());
        kafka.Read("router.events", static all => Distinct(all, "message.delivered").Count == 3);
    }

    // What the dashboard is told, once the lag that it tells is the one of now.
    private static async Task<JsonElement> KafkaLookAsync(HttpClient admin)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var reader = new StreamReader(await admin.GetStreamAsync("/admin/live", limit.Token));
        while (true)
        {
            string line = await reader.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonDocument.Parse(line[6..]).RootElement.GetProperty("kafka") is var look
                && look.TryGetProperty("lag", out JsonElement lag) && lag.GetInt64() == 0)
            {
                return look;
            }
        }
    }

    private static async Task<string> ShellAsync(string command, KafkaBroker kafka)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, ArgumentList = { "-ec", command } };
        start.Environment["brokers"] = kafka.Servers;
        using Process shell = Process.Start(start)!;
        string told = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return told;
    }

    private static void Write(KafkaBroker kafka, int count, bool again)
    {
        using IProducer<string, string> writer = kafka.Producer();
        for (int i = 0; i < count; i++)
        {
            bool isPoison = i % PoisonEvery == 7;
            if (isPoison && again)
            {
                continue;
            }

            string to = string.Create(CultureInfo.InvariantCulture, $"sms:+39333{i % 5_000:D7}");
            writer.Produce("router.outbound.acme", new Message<string, string>
            {
                Key = to,
                Value = isPoison ? "{\"to\":" : $$"""{"to":"{{to}}","purpose":"service","content":{"type":"text","text":"message {{i}}"} }""",
                Headers = [new Header("ce_id", Encoding.ASCII.GetBytes($"{i}")), new Header("ce_source", "/test"u8.ToArray())],
            });
        }

        writer.Flush(TimeSpan.FromMinutes(1));
    }

    private static HashSet<string> Distinct(List<ConsumeResult<string, string>> events, string type) =>
        [.. events.Where(e => Header(e, "ce_type") == type).Select(static e => Header(e, "ce_id"))];

    private static string Place(ConsumeResult<string, string> dead) => $"{Header(dead, "topic")}/{Header(dead, "partition")}/{Header(dead, "offset")}";

    private static string Header(ConsumeResult<string, string> record, string name) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));
}
