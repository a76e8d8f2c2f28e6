using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>A receiver of webhooks that takes connections and never answers.</summary>
public sealed class HookTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_receiver_that_hangs_is_told_once_holds_nobody_up_and_gets_all_when_it_answers()
    {
        await using var hanging = new RawReceiver { Answer = static () => null };
        await using var other = new RawReceiver();
        await using var router = new RouterProcess("--Webhooks:AllowPrivateNetworks=true");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":5}}""");
        await Api.PutAsync(client, "/v1/webhooks/hanging", $$"""{"url":"{{hanging.Url}}","events":["message.delivered"]}""");
        await Api.PutAsync(client, "/v1/webhooks/other", $$"""{"url":"{{other.Url}}","events":["message.delivered"]}""");
        var load = new Load(client);
        await load.PostLinesAsync(300);
        await load.AllDeliveredAsync();
        await ToldAsync(other, load);

        string said = "";
        await Until.TrueAsync(
            async () => (said = (await router.ReadyAsync()).Text) == """{"status":"ok","troubles":["1 webhooks take no events"]}""", () => "/readyz says " + said);
        hanging.Answer = static () => (RawReceiver.Taken, false);
        await load.PostLinesAsync(300);
        await ToldAsync(other, load);
        await ToldAsync(hanging, load);
        await Until.TrueAsync(async () => (said = (await router.ReadyAsync()).Text) == """{"status":"ok"}""", () => "/readyz says " + said);
        Assert.Equal(600, load.Accepted.Count);

        // Not one a message or try; and posts that hung beside those taken are no new fault.
        LogLines.AreFew(router, output);
    }

    private static Task ToldAsync(RawReceiver receiver, Load load) => Until.TrueAsync(
        () => load.Accepted.Keys.ToHashSet().IsSubsetOf(receiver.Delivered), () => $"{receiver.Delivered.Count} of {load.Accepted.Count} were told");
}
