using System.Net.Http.Json;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>Prepaid credit and usage with the real host, killed in between: what was sent was paid for, once, and nothing beyond the balance.</summary>
public sealed class CreditTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":2,"receipts":"delivered"}}""";

    [Fact]
    public async Task No_message_is_sent_beyond_the_balance_and_usage_says_what_was_over_kills()
    {
        const int Paid = 500;
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.PutAsync(admin, "/admin/tenants/acme", """{"name":"Acme","senders":["+390001"],"balance":10,"prices":{"sms":0.02}}""");
        var random = new Random(1);
        for (int round = 0; round < 4; round++)
        {
            Task<List<JsonElement>> posting = Api.PostLinesAsync(client, Enumerable.Range(round * 200, 200).Select(i =>
                $$$"""{"to":"sms:+39333{{{i:D7}}}","purpose":"service","content":{"type":"text","text":"message {{{i}}}"} }"""));
            if (round < 3)
            {
                await Task.Delay(random.Next(20, 200)); // at any moment
                await router.KillAsync();
            }

            await posting;
            if (round < 3)
            {
                await router.StartAsync();
            }
        }

        // What filled the balance, whatever the kills left of it.
        List<JsonElement> more = await Api.PostLinesAsync(client, Enumerable.Range(10_000, 600).Select(i =>
            $$$"""{"to":"sms:+39333{{{i:D7}}}","purpose":"service","content":{"type":"text","text":"message {{{i}}}"} }"""));
        Assert.All(more, static a => Assert.True(a.TryGetProperty("id", out _), a.ToString()));
        await WaitUntilAsync(async () => (await BalanceAsync(admin)) == 0);
        JsonElement refused = await EndOfAsync(client, await PostAsync(client)); // the shards take from the balance in any order: who is refused of those above is not said
        Assert.Equal(("rejected", "credit_exhausted"), (refused.GetProperty("status").GetString(), refused.GetProperty("events").EnumerateArray().Last().GetProperty("reason").GetString()));

        await WaitUntilAsync(async () => (await UsageAsync(admin)).GetProperty("messages").GetInt32() == Paid);
        JsonElement usage = await UsageAsync(admin);
        Assert.Equal((Paid, 10m), (usage.GetProperty("segments").GetInt32(), usage.GetProperty("cost").GetDecimal()));

        using HttpResponseMessage topUp = await admin.PostAsync("/admin/tenants/acme/credit", Api.Json("""{"amount":0.04,"reference":"r1"}"""));
        Assert.True(topUp.IsSuccessStatusCode);
        Assert.Equal(0, await router.StopAsync());
        await router.StartAsync();
        Assert.Equal(0.04m, await BalanceAsync(admin));
        Assert.Equal(["delivered"], (await Api.WaitForEndAsync(client, [await PostAsync(client)], TimeSpan.FromSeconds(30))).Keys);
        Assert.Equal(0.02m, await BalanceAsync(admin));
        Assert.Equal(Paid + 1, (await client.GetFromJsonAsync<JsonElement>("/v1/usage")).GetProperty("items")[0].GetProperty("segments").GetInt32());
    }

    private static async Task<string> PostAsync(HttpClient client)
    {
        using HttpResponseMessage answer = await client.PostAsync("/v1/messages", Api.Json("""{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"one more"}}"""));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task<decimal> BalanceAsync(HttpClient admin) =>
        (await admin.GetFromJsonAsync<JsonElement>("/admin/tenants/acme")).GetProperty("balance").GetDecimal();

    private static async Task<JsonElement> UsageAsync(HttpClient admin) =>
        Assert.Single((await admin.GetFromJsonAsync<JsonElement>("/admin/usage?tenant=acme")).GetProperty("items").EnumerateArray());

    private static async Task<JsonElement> EndOfAsync(HttpClient client, string id)
    {
        await Api.WaitForEndAsync(client, [id], TimeSpan.FromSeconds(30));
        return await Api.GetAsync(client, id);
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(20, patience.Token); // the host is a process of its own
        }
    }
}
