using System.Globalization;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Accepted means kept (DESIGN §4.1): the real host under load is killed at random moments; every message that was answered with an id reaches a terminal status, and the
/// carrier's log holds it. Duplicates are at most what was in flight plus what was not kept yet, at each kill (DESIGN §4.4).
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Binds = 2;
    private const int Window = 20;
    private const int UnkeptMax = 1_024;
    private const int LinesARequest = 40;
    private const int ProvedEvery = 100;
    private static readonly int Cycles = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_CYCLES") ?? "50", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Everything_answered_with_an_id_survives_kill_9()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true,"delayMs":3}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, $$$"""
            {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{{carrier.Port}}},"systemId":"s","password":"p",
             "bind":"transceiver","binds":{{{Binds}}},"window":{{{Window}}},"enquireLinkSeconds":30,"responseTimeoutSeconds":5} }
            """);
        var accepted = new Dictionary<string, string>();
        int sent = 0;
        int proved = 0;
        for (int cycle = 1; cycle <= Cycles; cycle++)
        {
            using var killed = new CancellationTokenSource();
            Task posting = PostUntilAsync(killed.Token);
            await Task.Delay(random.Next(50, 900));
            await router.KillAsync();
            await killed.CancelAsync();
            await posting;
            await router.StartAsync();
            if (cycle % ProvedEvery == 0 || cycle == Cycles)
            {
                await ProveAsync(cycle);
            }
        }

        Assert.True(proved > Cycles, "the load was too small to prove anything");

        async Task ProveAsync(int cycle)
        {
            Dictionary<string, int> ended = await Api.WaitForEndAsync(client, accepted.Keys, TimeSpan.FromMinutes(3));
            int duplicates = carrier.Texts.Values.Sum(static count => count - 1);
            proved += accepted.Count;
            output.WriteLine($"seed {seed}: {cycle} kills, {sent} lines sent, {proved} accepted, {carrier.Submits} submits, {duplicates} duplicates; ended {string.Join(", ", ended)}");
            Assert.Equal(["delivered"], ended.Keys);
            Assert.All(accepted.Values, text => Assert.True(carrier.Texts.ContainsKey(text), text));
            Assert.InRange(duplicates, 0, cycle * ((Binds * Window) + UnkeptMax));
            accepted.Clear();
        }

        async Task PostUntilAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                string[] texts = [.. Enumerable.Range(sent, LinesARequest).Select(static n => $"message {n}")];
                sent += LinesARequest;
                List<JsonElement> answers = await Api.PostLinesAsync(client, texts.Select(text =>
                    $$$"""{"to":"sms:+39333{{{random.Next(1_000_000):D7}}}","purpose":"service","content":{"type":"text","text":"{{{text}}}"} }"""));
                foreach (JsonElement answer in answers)
                {
                    if (answer.TryGetProperty("id", out JsonElement id))
                    {
                        accepted.Add(id.GetString()!, texts[answer.GetProperty("line").GetInt32() - 1]);
                    }
                }

                if (answers.Count == 0)
                {
                    await Task.Delay(20, CancellationToken.None);
                }
            }
        }
    }
}
