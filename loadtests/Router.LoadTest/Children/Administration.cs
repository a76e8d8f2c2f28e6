using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Router.LoadTest.Children;

/// <summary>Sets a router up, as its operator.</summary>
internal sealed class Administration(RouterChild router) : IDisposable
{
    private readonly HttpClient client = router.Client(RouterChild.OperatorKey);

    /// <summary>Makes a tenant and a key of it.</summary>
    /// <param name="tenant">Its name.</param>
    /// <param name="senders">Its senders.</param>
    /// <param name="limits">Its limits as JSON.</param>
    internal async Task<string> AddTenantAsync(string tenant, IEnumerable<string> senders, string limits = "{}")
    {
        await PutAsync($"/admin/tenants/{tenant}", $$"""{"name":"{{tenant}}","senders":[{{string.Join(',', senders.Select(static s => $"\"{s}\""))}}],"limits":{{limits}}}""");
        using var role = new StringContent("""{"role":"owner"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage made = await client.PostAsync(new Uri($"/admin/tenants/{tenant}/keys", UriKind.Relative), role);
        made.EnsureSuccessStatusCode();
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    /// <summary>The loopback carrier: takes all at once, gives receipts.</summary>
    /// <param name="limits">Its limits as JSON.</param>
    internal Task UseLoopbackAsync(string limits = "{}") => UseAsync(
        "loop",
        $$$"""{"kind":"loopback","channels":["sms"],"limits":{{{limits}}},"settings":{"latencyMs":0,"failureRate":0,"throttleRate":0,"receipts":"delivered"}}""");

    /// <summary>A carrier by SMPP.</summary>
    internal Task UseSmppAsync(int port, int binds, int window, string limits = "{}") => UseAsync(
        "carrier",
        $$$"""{"kind":"smpp","channels":["sms"],"limits":{{{limits}}},"settings":{"host":"127.0.0.1","port":{{{port}}},"systemId":"load","password":"load","binds":{{{binds}}},"window":{{{window}}},"responseTimeoutSeconds":30}}""");

    public void Dispose() => client.Dispose();

    private async Task UseAsync(string name, string provider)
    {
        await PutAsync($"/admin/providers/{name}", provider);
        await PutAsync("/admin/routes", $$"""{"routes":[{"channel":"sms","providers":["{{name}}"]}]}""");
        await WaitForAsync(name);
    }

    private async Task WaitForAsync(string name)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await client.GetFromJsonAsync<JsonElement>(new Uri($"/admin/providers/{name}", UriKind.Relative), limit.Token)).GetProperty("state").GetString() != "up")
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PutAsync(new Uri(path, UriKind.Relative), content);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"PUT {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
