using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Kafka → shards → loopback → <c>router.events</c>, with a record in every thousand that cannot be read: whatever dies, every record is one message or one dead letter, and every event is there, once
/// by its id and in its message's order (DESIGN §4.1, §4.4). All of it: <c>ROUTER_KAFKA_MESSAGES=1000000 ROUTER_KAFKA_BROKER_SECONDS=20 ROUTER_KAFKA_ROUTER_SECONDS=15 ROUTER_KAFKA_FSYNC_SECONDS=60</c>.
/// </summary>
public sealed partial class KafkaProofTests(ITestOutputHelper output)
{
    private const int PoisonEvery = 1_000;
    private const int Contacts = 100_000;
    private const string Topic = "router.outbound.acme";
    private static readonly int Count = Sizes.Of("ROUTER_KAFKA_MESSAGES", 20_000);
    private static readonly int Poisoned = Count / PoisonEvery;
    private static readonly int Wanted = Count - Poisoned;

    [Fact]
    public async Task Every_record_is_told_of()
    {
        Assert.SkipWhen(Count <= 20_000, "what the other three do under faults; asked for by ROUTER_KAFKA_MESSAGES");
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using RouterProcess router = RouterOver(kafka);
        await ProveAsync(kafka, router, static (_, _) => Task.CompletedTask);
    }

    [Fact]
    public async Task Every_record_is_told_of_while_one_of_three_brokers_is_killed_again_and_again()
    {
        TimeSpan every = TimeSpan.FromSeconds(Sizes.Of("ROUTER_KAFKA_BROKER_SECONDS", 5));
        await using KafkaBroker kafka = await KafkaBroker.StartAsync(nodes: 3);
        await using RouterProcess router = RouterOver(kafka);
        await ProveAsync(kafka, router, async (told, stop) =>
        {
            int kills = 0;
            int early = 0;
            await UnderWayAsync(told, stop);
            while (!stop.IsCancellationRequested)
            {
                early += told.Sent < Wanted ? 1 : 0;
                await kafka.KillAsync(1 + (kills++ % 3));
                await kafka.StartAgainAsync();
                await Task.Delay(every, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            output.WriteLine($"{kills} brokers killed, {early} before all was sent");
            Assert.True(early > 0, "no broker was killed before all was sent");
        });
    }

    [Fact]
    public async Task Every_record_is_told_of_while_the_router_is_killed_again_and_again()
    {
        TimeSpan every = TimeSpan.FromSeconds(Sizes.Of("ROUTER_KAFKA_ROUTER_SECONDS", 4));
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using RouterProcess router = RouterOver(kafka);
        await ProveAsync(kafka, router, async (told, stop) =>
        {
            int kills = 0;
            int early = 0;
            long repeats = 0;
            await UnderWayAsync(told, stop);
            while (!stop.IsCancellationRequested)
            {
                early += told.Sent < Wanted ? 1 : 0;
                repeats += await RepeatsAsync(router);
                await router.KillAsync();
                await router.StartAsync();
                kills++;

                // After some progress in each life: on a machine that has no time for it, it would be killed for ever.
                long before = told.Sent;
                await Task.Delay(every, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Until.TrueAsync(() => told.Sent > before || stop.IsCancellationRequested, () => $"nothing goes on after {kills} kills: {router.Output}");
            }

            Assert.True(early > 0, "the router was not killed before all was sent");
            output.WriteLine($"router killed {kills} times, {early} before all was sent; records read again and known, as far as it could tell before: {repeats}");
        }, isKilled: true);
    }

    [Fact]
    public async Task Every_record_is_told_of_though_the_journal_keeps_nothing_for_a_while()
    {
        TimeSpan failing = TimeSpan.FromSeconds(Sizes.Of("ROUTER_KAFKA_FSYNC_SECONDS", 5));
        using SystemFaults faults = SystemFaults.Load();
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        await using RouterProcess router = RouterOver(kafka, faults.Environment);
        await ProveAsync(kafka, router, async (told, stop) =>
        {
            await UnderWayAsync(told, stop);
            Assert.True(told.Sent < Wanted, "all was sent before the journal failed");
            faults.FsyncFails = true;
            await Task.Delay(failing, CancellationToken.None);
            await Until.TrueAsync(() => faults.FsyncsFailed > 0, () => "nothing was to be kept");
            faults.FsyncFails = false;
            output.WriteLine($"{faults.FsyncsFailed} fsyncs failed within {failing.TotalSeconds} s");
        });
    }

    private static RouterProcess RouterOver(KafkaBroker kafka, Dictionary<string, string>? environment = null) =>
        new($"--Kafka:BootstrapServers={kafka.Servers}") { Environment = environment ?? [] };

    // Faults begin while records come, however fast the machine is.
    private static Task UnderWayAsync(ToldEvents told, CancellationToken stop) =>
        Until.TrueAsync(() => told.Sent > Wanted / 10 || stop.IsCancellationRequested, () => $"{told.Sent} messages sent, and no more", () => told.Sent);

    // The loopback carrier lives in the router: receipts that it has not told die with it, and their messages stay sent. All others are told as delivered.
    private static async Task<bool> AllToldAsync(HttpClient client, ToldEvents told)
    {
        foreach (Guid[] some in told.Undelivered().Chunk(16))
        {
            JsonElement[] messages = await Task.WhenAll(some.Select(id => Api.GetAsync(client, id.ToString())));
            if (messages.Any(static m => m.GetProperty("status").GetString() != "sent"))
            {
                return false;
            }
        }

        return true;
    }

    private async Task ProveAsync(KafkaBroker kafka, RouterProcess router, Func<ToldEvents, CancellationToken, Task> disturb, bool isKilled = false)
    {
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""");
        await kafka.WaitForAsync(Topic);
        await kafka.WaitForAsync("router.events");
        var told = new ToldEvents(kafka.Servers);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(90));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        long began = Stopwatch.GetTimestamp();
        Task writing = Task.Run(() => Write(kafka), limit.Token);
        bool isOver = !isKilled;
        Task reading = Task.Run(() => told.Read(() => (isKilled ? told.Sent : told.Delivered) >= Wanted && Volatile.Read(ref isOver), limit.Token), limit.Token);
        Task disturbing = disturb(told, enough.Token);
        Task first = await Task.WhenAny(isKilled ? [reading, AllSentAsync(told, enough.Token)] : [reading, EndedAsync(router, enough.Token)]);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await enough.CancelAsync(); // also where it failed: the disturbance ends with it
        await first;
        await disturbing;
        await writing;
        if (isKilled)
        {
            await Until.TrueAsync(() => AllToldAsync(client, told), () => $"of {told.Undelivered().Length} messages not told as delivered some are", () => told.Delivered);
            Volatile.Write(ref isOver, true);
            await reading;
        }

        await Until.TrueAsync(() => kafka.LagOf(Topic) == 0, () => $"the group's offsets lag behind by {kafka.LagOf(Topic)}");
        List<ConsumeResult<string, string>> dead = kafka.Read("router.deadletter", all => all.Select(static d => d.Message.Key).Distinct().Count() >= Poisoned);
        output.WriteLine($"{Count} records in {seconds:F0} s ({Count / seconds:F0}/s): {told.Messages} messages, {string.Join(" / ", told.Seen)} accepted / sent / delivered, {told.Repeats} events told again, "
            + $"{dead.Count} copies of {Poisoned} dead letters, {await RepeatsAsync(router)} records read again and known since its last start");
        Assert.Equal(Wanted, told.Messages);
        Assert.Equal([Wanted, Wanted], told.Seen.Take(2));
        Assert.Equal(Wanted - told.Undelivered().Length, told.Seen[2]);
        Assert.True(isKilled || told.Seen[2] == Wanted, $"{told.Seen[2]} of {Wanted} delivered");
        Assert.Equal(0, told.OutOfOrder); // nor was any delivered twice
        Assert.Equal(Poisoned, dead.Select(static d => d.Message.Key).Distinct().Count());
        Assert.All(dead, static d => Assert.Equal("malformed_json", Encoding.ASCII.GetString(d.Message.Headers.GetLastBytes("reason"))));
    }

    private static Task AllSentAsync(ToldEvents told, CancellationToken stop) =>
        Until.TrueAsync(() => told.Sent >= Wanted || stop.IsCancellationRequested, () => $"{told.Sent} of {Wanted} sent, and no more", () => told.Sent);

    // Killed by nobody here: why must be told, and not by running out of time.
    private static async Task EndedAsync(RouterProcess router, CancellationToken stop)
    {
        await router.WaitForExitAsync(stop);
        Assert.Fail($"the router ended: {router.ExitCode}\n{router.Output}");
    }

    private static void Write(KafkaBroker kafka)
    {
        using IProducer<string, string> writer = kafka.Producer();
        for (int i = 0; i < Count; i++)
        {
            string to = string.Create(CultureInfo.InvariantCulture, $"sms:+39333{i % Contacts:D7}");
            var record = new Message<string, string>
            {
                Key = to,
                Value = i % PoisonEvery == 7 ? "{\"to\":" : $$"""{"to":"{{to}}","purpose":"service","content":{"type":"text","text":"message {{i}}"} }""",
                Headers = [new Header("ce_id", Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture))), new Header("ce_source", "/test"u8.ToArray())],
            };
            while (!TryWrite(writer, record))
            {
                writer.Poll(TimeSpan.FromMilliseconds(50));
            }
        }

        writer.Flush(CancellationToken.None);
    }

    private static bool TryWrite(IProducer<string, string> writer, Message<string, string> record)
    {
        try
        {
            writer.Produce(Topic, record);
            return true;
        }
        catch (ProduceException<string, string> fault) when (fault.Error.Code == Confluent.Kafka.ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private static async Task<long> RepeatsAsync(RouterProcess router)
    {
        using HttpClient client = router.Client(RouterProcess.OperatorKey);
        return long.Parse(Repeats().Match(await client.GetStringAsync("/metrics")).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"(?m)^router_kafka_repeats_total\S* (\d+)")]
    private static partial Regex Repeats();
}
