using System.Net.Http.Json;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>An operator at work under load, with a carrier that we did not write: a new password, drain, disable, queues, fail-over.</summary>
public sealed class ProviderTests
{
    [Fact]
    public async Task Passwords_are_changed_under_load_without_losing_or_repeating_a_message()
    {
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true,"delayMs":20}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Smpp(carrier.Port, "first"));
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        List<string> ids = await PostAsync(client, 1_000);
        for (int i = 0; i < 4; i++)
        {
            int before = carrier.Submits;
            await Api.PutAsync(admin, "/admin/providers/carrier", Smpp(carrier.Port, $"next{i}"));
            while (carrier.Submits < before + 100)
            {
                await Task.Delay(5); // the carrier is a process of its own
            }
        }

        Dictionary<string, int> ended = await Api.WaitForEndAsync(client, ids, TimeSpan.FromMinutes(1));
        Assert.Equal(1_000, Assert.Single(ended, static e => e.Key == "delivered").Value);
        Assert.All(carrier.Texts, static text => Assert.Equal(1, text.Value));
    }

    [Fact]
    public async Task A_drained_provider_runs_empty_stays_so_over_a_restart_and_goes_on_when_resumed()
    {
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Smpp(carrier.Port, "p"));
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.WaitForEndAsync(client, await PostAsync(client, 10), TimeSpan.FromSeconds(30));
        Assert.Equal("draining", await ChangeAsync(admin, "drain"));

        List<string> ids = await PostAsync(client, 10, from: 10);
        Assert.Equal(0, await router.StopAsync());
        await router.StartAsync();
        JsonElement shown = await admin.GetFromJsonAsync<JsonElement>("/admin/providers/carrier");
        Assert.Equal("draining", shown.GetProperty("state").GetString());
        JsonElement queues = await admin.GetFromJsonAsync<JsonElement>("/admin/queues?tenant=acme&provider=carrier");
        JsonElement queue = Assert.Single(queues.GetProperty("items").EnumerateArray());
        Assert.Equal(10, queue.GetProperty("waiting").GetInt32());
        Assert.Equal(10, carrier.Submits);

        await ChangeAsync(admin, "resume");
        await Api.WaitForEndAsync(client, ids, TimeSpan.FromSeconds(30));
        Assert.Equal(20, carrier.Submits);
    }

    [Fact]
    public async Task A_disabled_provider_sends_nothing_and_what_waits_can_be_purged()
    {
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Smpp(carrier.Port, "p"));
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.PutAsync(admin, "/admin/providers/other", """{"kind":"loopback","channels":["sms"]}""");
        await Api.PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["carrier"]},{"channel":"sms","prefix":"44","providers":["carrier","other"]}]}""");
        await ChangeAsync(admin, "drain");
        List<string> waiting = await PostAsync(client, 10);
        List<string> over = await PostAsync(client, 10, country: "44");
        await Api.WaitForEndAsync(client, over, TimeSpan.FromSeconds(30)); // by the other one

        using HttpResponseMessage purged = await admin.DeleteAsync("/admin/queues?tenant=acme&purpose=service");
        Assert.Equal("""{"cancelled":10}""", await purged.Content.ReadAsStringAsync());
        Assert.Equal(10, (await Api.WaitForEndAsync(client, waiting, TimeSpan.FromSeconds(10)))["cancelled"]);

        await Api.PutAsync(admin, "/admin/providers/carrier", Smpp(carrier.Port, "p").Replace("\"smpp\"", "\"smpp\",\"enabled\":false", StringComparison.Ordinal));
        await ChangeAsync(admin, "resume");
        Assert.Equal("disabled", (await admin.GetFromJsonAsync<JsonElement>("/admin/providers/carrier")).GetProperty("state").GetString());
        Assert.Equal(0, carrier.Submits);
    }

    private static string Smpp(int port, string password) => $$"""
        {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{port}},"systemId":"s","password":"{{password}}","binds":2,"window":20} }
        """;

    private static async Task<string> ChangeAsync(HttpClient admin, string verb)
    {
        using HttpResponseMessage answer = await admin.PostAsync("/admin/providers/carrier/" + verb, null);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString()!;
    }

    private static async Task<List<string>> PostAsync(HttpClient client, int count, int from = 0, string country = "39")
    {
        List<JsonElement> answers = await Api.PostLinesAsync(client, Enumerable.Range(from, count).Select(i =>
            $$$"""{"to":"sms:+{{{country}}}333{{{i:D7}}}","purpose":"service","content":{"type":"text","text":"message {{{i}}}"} }"""));
        return [.. answers.Select(static a => a.GetProperty("id").GetString()!)];
    }
}
