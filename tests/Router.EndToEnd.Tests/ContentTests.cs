using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>Templates, media and waiting for the verdict, with the real host and its store.</summary>
public sealed class ContentTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms","whatsapp"],"settings":{"latencyMs":1,"receipts":"delivered"}}""";
    private const string Media = """{"type":"media","url":"https://cdn.example.com/a.jpg","mediaType":"image/jpeg"}""";

    [Fact]
    public async Task Templates_and_media_are_decided_while_the_client_waits_and_survive_a_kill()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["carrier"]},{"channel":"whatsapp","providers":["carrier"]}]}""");
        await PutAsync(client, "/v1/templates/code/it", """{"text":"Il codice è {{ code }}."}""");

        (JsonElement template, HttpResponseMessage answer) = await WaitAsync(client, "sms:+393331234567", """{"type":"template","name":"code","language":"it-IT","parameters":{"code":"SECRET-4711"}}""");
        Assert.Equal("wait=10", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.StartsWith("\"waiting\";r=", Assert.Single(answer.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        Assert.Contains(template.GetProperty("status").GetString(), new[] { "sending", "sent", "delivered" });
        (JsonElement media, _) = await WaitAsync(client, "whatsapp:+393331234567", Media);
        Assert.Contains(media.GetProperty("status").GetString(), new[] { "sending", "sent", "delivered" });
        (JsonElement refused, _) = await WaitAsync(client, "sms:+393331234567", Media);
        Assert.Equal(("rejected", "no_route"), (refused.GetProperty("status").GetString(), refused.GetProperty("events")[1].GetProperty("reason").GetString()));
        string[] ids = [.. new[] { template, media }.Select(static m => m.GetProperty("id").GetString()!)];
        await Api.WaitForEndAsync(client, ids, TimeSpan.FromSeconds(30));

        await router.KillAsync();
        await router.StartAsync();

        JsonElement kept = await Api.GetAsync(client, ids[0]);
        Assert.Equal(("delivered", "template", "SECRET-4711"), (
            kept.GetProperty("status").GetString(), kept.GetProperty("content").GetProperty("type").GetString(), kept.GetProperty("content").GetProperty("parameters").GetProperty("code").GetString()));
        Assert.Equal(Media, (await Api.GetAsync(client, ids[1])).GetProperty("content").GetRawText());
        (JsonElement again, _) = await WaitAsync(client, "sms:+393331234567", """{"type":"template","name":"code","language":"it","parameters":{"code":1}}""");
        Assert.Contains(again.GetProperty("status").GetString(), new[] { "sending", "sent", "delivered" });
        Assert.DoesNotContain("SECRET", router.Output, StringComparison.Ordinal);
    }

    private static async Task<(JsonElement Message, HttpResponseMessage Answer)> WaitAsync(HttpClient client, string to, string content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = Api.Json($$"""{"to":"{{to}}","purpose":"service","content":{{content}}}""") };
        request.Headers.Add("Prefer", "wait=10");
        HttpResponseMessage answer = await client.SendAsync(request);
        JsonElement message = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode} {message}");
        return (message, answer);
    }

    private static async Task PutAsync(HttpClient client, string path, string body)
    {
        using HttpResponseMessage answer = await client.PutAsync(path, Api.Json(body));
        Assert.True(answer.IsSuccessStatusCode, $"PUT {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
