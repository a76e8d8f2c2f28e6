using System.Net.Http.Headers;
using System.Text;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>The machine's clock jumps back an hour under the real host, and forth again.</summary>
public sealed class ClockTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_clock_that_jumps_back_an_hour_holds_nothing_up_and_is_told_once()
    {
        using SystemFaults faults = SystemFaults.Load();
        await using var receiver = new RawReceiver();
        await using var router = new RouterProcess("--Webhooks:AllowPrivateNetworks=true") { Environment = faults.Environment };
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":5}}""");
        await Api.PutAsync(client, "/v1/webhooks/crm", $$"""{"url":"{{receiver.Url}}","events":["*"]}""");
        var load = new Load(client);
        await load.PostLinesAsync(200);
        string first = await PostWithKeyAsync(client);
        await load.AllDeliveredAsync();

        // What is to be tried again in some seconds must not become so in an hour and some seconds.
        await AllToldAsync(receiver, load);
        receiver.Answer = static () => (RawReceiver.Failed, false);
        await load.PostLinesAsync(20);
        await Until.TrueAsync(async () => (await router.ReadyAsync()).Text.Contains("webhooks", StringComparison.Ordinal), () => router.Output);
        faults.ClockOffset = TimeSpan.FromHours(-1);
        receiver.Answer = static () => (RawReceiver.Taken, false);
        await SaysAsync(router, "clock");
        await AllToldAsync(receiver, load);
        await load.PostLinesAsync(200);
        Assert.Equal(first, await PostWithKeyAsync(client));
        await load.AllDeliveredAsync();
        await AllToldAsync(receiver, load);

        // Started while it is back: what was kept lies ahead of the clock.
        await router.KillAsync();
        await router.StartAsync();
        await load.PostLinesAsync(200);
        Assert.Equal(first, await PostWithKeyAsync(client));
        await load.AllDeliveredAsync();
        await AllToldAsync(receiver, load);

        faults.ClockOffset = TimeSpan.Zero;
        await Until.TrueAsync(async () => (await router.ReadyAsync()).Text == """{"status":"ok"}""", () => router.ReadyAsync().Result.Text);
        await load.PostLinesAsync(200);
        await load.AllDeliveredAsync();
        await AllToldAsync(receiver, load);
        Assert.Equal(820, load.Accepted.Count);
        LogLines.AreFew(router, output);
    }

    private static async Task SaysAsync(RouterProcess router, string what)
    {
        string text = "";
        await Until.TrueAsync(
            async () =>
            {
                (int status, text) = await router.ReadyAsync();
                Assert.Equal(200, status);
                return text.Contains(what, StringComparison.Ordinal);
            },
            () => "/readyz does not say it: " + text);
    }

    private static Task AllToldAsync(RawReceiver receiver, Load load) => Until.TrueAsync(
        () =>
        {
            HashSet<string> told = [.. receiver.Delivered];
            return load.Accepted.Keys.All(told.Contains);
        },
        () => $"{receiver.Delivered.Count} of {load.Accepted.Count} were told");

    private static async Task<string> PostWithKeyAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
        {
            Content = new StringContent("""{"to":"sms:+393339999999","purpose":"service","content":{"type":"text","text":"once"}}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("Idempotency-Key", "the-one");
        using HttpResponseMessage answer = await client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
