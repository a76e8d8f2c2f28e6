using System.Net;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>The process reaches its memory limit while messages pile up: it takes no more instead of dying, and goes on once they have left.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private Task held = Task.CompletedTask;

    [Fact]
    public async Task A_host_that_reaches_its_limit_refuses_says_so_and_goes_on_when_messages_leave()
    {
        await using var router = new RouterProcess("--Engine:ContactRowsMax=1024", "--Engine:RecordRingBytes=262144") { Environment = { ["DOTNET_GCHeapHardLimit"] = "0x10000000" } };
        await router.StartAsync();

        // Nobody listens there: all wait.
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":1,"systemId":"s","password":"p"} }""");
        var load = new Load(client, recipients: 1_000_000);
        string said = "";
        await Until.TrueAsync(
            async () =>
            {
                if (said.Length == 0)
                {
                    Task posting = load.PostLinesAsync(2_000);
                    while (!posting.IsCompleted && said.Length == 0)
                    {
                        (int status, string text) = await router.ReadyAsync();

                        // What is short may be garbage, and has an end by itself: it counts when a message is refused for it.
                        bool isShort = status == 503 && text.Contains("memory is short", StringComparison.Ordinal);
                        said = isShort && await load.PostOneAsync() == HttpStatusCode.ServiceUnavailable ? text : "";
                        await Task.WhenAny(posting, Task.Delay(50));
                    }

                    held = posting;
                }

                return said.Length > 0;
            },
            () => $"{load.Accepted.Count} accepted, and memory is not short",
            () => load.Accepted.Count);
        output.WriteLine($"{load.Accepted.Count} waited: {said}");
        Assert.False(router.HasExited, router.Output);

        // They leave another way.
        using (HttpClient admin = router.Client(RouterProcess.OperatorKey))
        {
            await Api.PutAsync(admin, "/admin/providers/second", """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0}}""");
            await Api.PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["second"]}]}""");
            await Api.PutAsync(admin, "/admin/providers/carrier", """{"kind":"loopback","channels":["sms"],"enabled":false,"settings":{}}""");
        }

        await Until.TrueAsync(async () => (await router.ReadyAsync()).Status == 200, () => "it does not go on: " + router.Output);
        await held;
        await load.PostLinesAsync(500);
        await Until.TrueAsync(
            async () => await Figures.DeliveredAsync(router) == load.Accepted.Count,
            () => $"{Figures.DeliveredAsync(router).Result} of {load.Accepted.Count} delivered",
            () => Figures.DeliveredAsync(router).Result);
        await load.AllDeliveredAsync(every: 100);
        await Until.TrueAsync(async () => (await router.ReadyAsync()).Status == 200, () => "it does not go on: " + router.Output);

        // A line each time that the mark is crossed (by garbage, or once more by what leaves), never one a message or a look.
        int told = router.Lines.Count(static l => l.Contains("memory is short", StringComparison.Ordinal));
        output.WriteLine($"told {told} times");
        Assert.InRange(told, 1, 9);
        Assert.Equal(told, router.Lines.Count(static l => l.Contains("there is memory again", StringComparison.Ordinal)));
    }
}
