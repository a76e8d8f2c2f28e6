using System.Globalization;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Accepted means kept (DESIGN §4.1): the real host under load is killed at random moments; every message that was answered with an id reaches a terminal status, and the carrier's log holds it.
/// Duplicates are at most what was in flight plus what was not kept yet, at each kill (DESIGN §4.4); each tenth kill finds nothing of both, and brings none. Over one bind, messages of a
/// conversation first reach the carrier in the order of their acceptance (DESIGN §4.2).
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Window = 20;

    // The default (1,024) is more than a life here sends: a recovery that sends all of it again would stay below it.
    private const int UnkeptMax = 64;

    // A request is more than the carrier takes before the next one comes: there is nearly always something that waits, and someone for whom two messages do. On the whole it keeps up.
    private const int LinesARequest = 200;
    private const int DelayMs = 10;
    private const int PauseMs = 100;
    private const int Recipients = 500;
    private const int ProvedEvery = 10;
    private static readonly int Cycles = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_CYCLES") ?? "50", CultureInfo.InvariantCulture);

    // What was proved: nothing of it may come again.
    private readonly Dictionary<string, int> settled = [];
    private readonly Dictionary<string, int> lastTo = [];
    private readonly Dictionary<string, string> accepted = [];
    private int sent;
    private int answered;
    private int proved;
    private int duplicates;

    // Since the last proof, with something under way.
    private int kills;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Everything_answered_with_an_id_survives_kill_9(int binds)
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using Carrier carrier = await Carrier.StartAsync($$"""{"echo":true,"delayMs":{{DelayMs}}}""");
        await using var router = new RouterProcess($"--Engine:SettleUnkeptMax={UnkeptMax}");
        await router.StartAsync();

        // A response that is late on a busy machine is retried by rule: no duplicate of a kill.
        using HttpClient client = await Api.SetUpAsync(router, $$$"""
            {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{{carrier.Port}}},"systemId":"s","password":"p",
             "bind":"transceiver","binds":{{{binds}}},"window":{{{Window}}},"enquireLinkSeconds":30,"responseTimeoutSeconds":60} }
            """);
        int cycles = Math.Max(1, Cycles / 2);
        for (int cycle = 1; cycle <= cycles; cycle++)
        {
            using var over = new CancellationTokenSource();
            int before = answered;
            Task posting = PostUntilAsync(client, new Random(seed + cycle), over.Token);
            if (cycle % 2 == 0)
            {
                // Every other life brings something, however slow the machine is; the others may end while what the one before left is taken up.
                await Until.TrueAsync(() => Volatile.Read(ref answered) > before, () => "nothing is accepted: " + router.Output);
            }

            await Task.Delay(random.Next(50, 900));
            if (cycle % ProvedEvery == 0 || cycle == cycles)
            {
                await over.CancelAsync();
                await posting;
                await ProveAsync(client, router, carrier, binds);
                output.WriteLine($"seed {seed}, {binds} binds: {cycle} kills, {sent} lines sent, {proved} accepted, {carrier.Submits} submits, {duplicates} duplicates");
            }
            else
            {
                kills++;
            }

            await router.KillAsync();
            await over.CancelAsync();
            await posting;
            await router.StartAsync();
        }

        // What is sent again after a start leaves before these.
        await PostAsync(client, random);
        await ProveAsync(client, router, carrier, binds);
        Assert.True(proved > cycles, "the load was too small to prove anything");
        Assert.True(duplicates > 0 || cycles < ProvedEvery, "no kill met anything in flight");
    }

    private async Task ProveAsync(HttpClient client, RouterProcess router, Carrier carrier, int binds)
    {
        Dictionary<string, int> ended = await Api.WaitForEndAsync(client, accepted.Keys, TimeSpan.FromMinutes(3));

        // Those whose answers died with the router too: then nothing is in flight.
        await Until.TrueAsync(async () => await Figures.WaitingAsync(router) == 0, () => "not all of it leaves: " + router.Output);
        await carrier.CaughtUpAsync();
        int all = carrier.Texts.Values.Sum(static count => count - 1);
        Assert.Equal(["delivered"], ended.Keys);
        Assert.All(accepted.Values, text => Assert.True(carrier.Texts.ContainsKey(text), text));
        Assert.DoesNotContain(settled, one => carrier.Texts[one.Key] != one.Value);
        Assert.InRange(all - duplicates, 0, kills * ((binds * Window) + UnkeptMax));
        while (carrier.FirstArrivals.TryDequeue(out (string To, string Text) one))
        {
            int number = int.Parse(one.Text.AsSpan("message ".Length), CultureInfo.InvariantCulture);
            Assert.True(binds > 1 || number > lastTo.GetValueOrDefault(one.To, -1), $"message {lastTo.GetValueOrDefault(one.To)} came before message {number}");
            lastTo[one.To] = number;
        }

        foreach ((string text, int count) in carrier.Texts)
        {
            settled[text] = count;
        }

        proved += accepted.Count;
        accepted.Clear();
        (duplicates, kills) = (all, 0);
    }

    private async Task PostUntilAsync(HttpClient client, Random random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await PostAsync(client, random);
            await Task.Delay(PauseMs, CancellationToken.None);
        }
    }

    private async Task PostAsync(HttpClient client, Random random)
    {
        string[] texts = [.. Enumerable.Range(sent, LinesARequest).Select(static n => $"message {n}")];
        sent += LinesARequest;
        List<JsonElement> answers = await Api.PostLinesAsync(client, texts.Select(text =>
            $$$"""{"to":"sms:+39333{{{random.Next(Recipients):D7}}}","purpose":"service","content":{"type":"text","text":"{{{text}}}"} }"""));
        foreach (JsonElement answer in answers)
        {
            if (answer.TryGetProperty("id", out JsonElement id))
            {
                accepted.Add(id.GetString()!, texts[answer.GetProperty("line").GetInt32() - 1]);
            }
        }

        Volatile.Write(ref answered, answered + answers.Count);
    }
}
