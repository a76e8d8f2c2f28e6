using System.Globalization;
using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>A tenant is deleted under load and the process killed (kill -9) somewhere in between, again and again under the same name.</summary>
public sealed class TenantEndTests(ITestOutputHelper output)
{
    private const int KeyRecordLength = 96;
    private const byte Gone = 2;
    private static readonly int Cycles = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_CYCLES") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_deletion_ends_whatever_dies_and_leaves_nothing_that_can_be_read()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient acme = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":5}}""");
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        using HttpClient other = await MakeAsync(router, admin, "other", """{"name":"Other","senders":["+390002"]}""");
        HttpClient leaving = acme;
        List<string> others = [];
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            // A limit, so that most of it still waits.
            using (HttpResponseMessage limited = await admin.PutAsync("/admin/tenants/acme", Api.Json("""{"name":"Acme","senders":["+390001"],"limits":{"perSecond":20}}""")))
            {
                Assert.Equal(HttpStatusCode.OK, limited.StatusCode);
            }

            List<JsonElement> answers = await Api.PostLinesAsync(leaving, Lines(1_000));
            string[] ids = [.. answers.Select(static a => a.GetProperty("id").GetString()!)];
            others.AddRange((await Api.PostLinesAsync(other, Lines(50))).Select(static a => a.GetProperty("id").GetString()!));

            using (HttpResponseMessage begun = await admin.DeleteAsync("/admin/tenants/acme"))
            {
                Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
            }

            Assert.Equal(HttpStatusCode.Unauthorized, (await leaving.GetAsync("/v1/messages")).StatusCode);
            if (cycle % 3 < 2)
            {
                await Task.Delay(random.Next(0, 1_500));
                await router.KillAsync();
                await router.StartAsync();
            }

            await WaitUntilGoneAsync(admin);
            Assert.Equal(HttpStatusCode.Unauthorized, (await leaving.GetAsync("/v1/messages")).StatusCode);
            HttpClient next = await MakeAsync(router, admin, "acme", """{"name":"Acme","senders":["+390001"]}""");
            Assert.Equal(HttpStatusCode.NotFound, (await next.GetAsync($"/v1/messages/{ids[0]}")).StatusCode);
            Assert.Empty((await next.GetFromJsonAsync<JsonElement>("/v1/messages")).GetProperty("items").EnumerateArray());
            Assert.Empty((await next.GetFromJsonAsync<JsonElement>("/v1/audit?action=tenants.delete")).GetProperty("items").EnumerateArray());
            await Api.PostLinesAsync(next, Lines(1));
            leaving.Dispose();
            leaving = next;
        }

        leaving.Dispose();
        Dictionary<string, int> ended = await Api.WaitForEndAsync(other, others, TimeSpan.FromMinutes(2));
        Assert.Equal(["delivered"], ended.Keys);
        JsonElement deletions = await admin.GetFromJsonAsync<JsonElement>("/admin/audit?tenant=acme&action=tenants.delete");
        Assert.Equal(Cycles, deletions.GetProperty("items").GetArrayLength());

        // acme was tenant 1, other is 2, then one number a cycle: only the last acme's keys and other's are left.
        byte[] keys = await File.ReadAllBytesAsync(Path.Combine(router.DataFolder, "tenants.keys"));
        byte[] states = [.. Enumerable.Range(1, Cycles + 2).Select(n => keys[n * KeyRecordLength])];
        output.WriteLine($"seed {seed}: {Cycles} deletions, states of the key records {string.Join(' ', states)}");
        Assert.Equal([Gone, 1, .. Enumerable.Repeat(Gone, Cycles - 1), (byte)1], states);
        Assert.All(Enumerable.Range(1, Cycles + 2).Where(n => states[n - 1] == Gone), n => Assert.All(keys[((n * KeyRecordLength) + 1)..((n + 1) * KeyRecordLength)], static b => Assert.Equal(0, b)));
    }

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(static i =>
        $$$"""{"to":"sms:+39333{{{i:D7}}}","purpose":"service","content":{"type":"text","text":"message {{{i}}}"} }""");

    private static async Task<HttpClient> MakeAsync(RouterProcess router, HttpClient admin, string tenant, string settings)
    {
        using HttpResponseMessage put = await admin.PutAsync($"/admin/tenants/{tenant}", Api.Json(settings));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using HttpResponseMessage made = await admin.PostAsync($"/admin/tenants/{tenant}/keys", Api.Json("""{"role":"owner"}"""));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return router.Client((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
    }

    private static async Task WaitUntilGoneAsync(HttpClient admin)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            using HttpResponseMessage answer = await admin.GetAsync("/admin/tenants/acme", limit.Token);
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                return;
            }

            Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("deleting").GetBoolean());
            await Task.Delay(20, limit.Token);
        }
    }
}
