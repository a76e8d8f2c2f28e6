using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// A start after a crash, whatever lies there: all of it is there again. How long it took is printed; the aim is 3 s with millions (<c>ROUTER_START_MESSAGES</c>;
/// <c>ROUTER_START_WAITING</c> percent of them not finished).
/// </summary>
public sealed class StartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_kill_9_all_is_there_again()
    {
        int messages = Sizes.Of("ROUTER_START_MESSAGES", 40_000);
        int waiting = (int)(messages * (long)Sizes.Of("ROUTER_START_WAITING", 25) / 100);
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0}}""");
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await SendAsync(messages - waiting, "delivered", "");
        await Until.TrueAsync(async () => await WaitingAsync() == 0, () => "not all was delivered", () => WaitingAsync().Result);
        await SendAsync(waiting, "waiting", $",\"scheduleAt\":\"{TimeProvider.System.GetUtcNow().AddDays(1):yyyy-MM-ddTHH:mm:ssZ}\"");
        Assert.Equal(waiting, await WaitingAsync());
        await router.KillAsync();
        long journal = new DirectoryInfo(router.DataFolder).EnumerateFiles().Sum(static f => f.Length);

        long started = Stopwatch.GetTimestamp();
        await router.StartAsync();
        output.WriteLine($"{messages} messages, {waiting} of them not finished, {journal >> 20} MiB: ready in {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s, {router.ResidentBytes >> 20} MiB");
        foreach (string line in router.Lines.Where(static l => l.Contains("taken up", StringComparison.Ordinal) || l.Contains("took 64", StringComparison.Ordinal) || l.Contains("has an owner", StringComparison.Ordinal)))
        {
            output.WriteLine(line);
        }

        Assert.Equal(waiting, await WaitingAsync());

        async Task SendAsync(int count, string what, string more)
        {
            int answered = 0;
            await RawClient.StreamAsync(
                router.Url, client.DefaultRequestHeaders.Authorization!.Parameter!, what, count,
                i => $$$"""{"to":"sms:+3933{{{i:D8}}}","purpose":"service","content":{"type":"text","text":"{{{what}}} {{{i}}}"}{{{more}}} }""",
                line =>
                {
                    Assert.Contains("\"id\"", line, StringComparison.Ordinal);
                    answered++;
                });
            Assert.Equal(count, answered);
        }

        async Task<long> WaitingAsync()
        {
            JsonElement shards = await admin.GetFromJsonAsync<JsonElement>("/admin/shards");
            return shards.GetProperty("items").EnumerateArray().Sum(static s => s.GetProperty("waiting").GetInt64());
        }
    }
}
