using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Router.Testing.Processes;

/// <summary>The calls of the public contract that the tests make.</summary>
public static class Api
{
    private static readonly string[] Final = ["delivered", "read", "undelivered", "expired", "rejected", "cancelled"];

    /// <summary>A tenant <c>acme</c> with a key, one provider, one route for SMS.</summary>
    public static async Task<HttpClient> SetUpAsync(RouterProcess router, string provider)
    {
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await PutAsync(admin, "/admin/tenants/acme", """{"name":"Acme","senders":["+390001"]}""");
        await PutAsync(admin, "/admin/providers/carrier", provider);
        await PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["carrier"]}]}""");
        using HttpResponseMessage made = await admin.PostAsync("/admin/tenants/acme/keys", Json("""{"role":"owner"}"""));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return router.Client((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
    }

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    /// <summary>Posts lines and returns the answers that came, even when the connection broke in between.</summary>
    public static async Task<List<JsonElement>> PostLinesAsync(HttpClient client, IEnumerable<string> lines)
    {
        var answers = new List<JsonElement>();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
            {
                Content = new StringContent(string.Concat(lines.Select(static l => l + "\n")), Encoding.UTF8, "application/x-ndjson"),
            };
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line)
            {
                answers.Add(JsonSerializer.Deserialize<JsonElement>(line));
            }
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException)
        {
            // The host was killed; what was answered before counts. A line cut in the middle is no answer.
        }

        return answers;
    }

    public static async Task<JsonElement> GetAsync(HttpClient client, string id) => await client.GetFromJsonAsync<JsonElement>($"/v1/messages/{id}");

    /// <summary>Waits until every message has a terminal status; returns how many ended how.</summary>
    public static async Task<Dictionary<string, int>> WaitForEndAsync(HttpClient client, IReadOnlyCollection<string> ids, TimeSpan patience)
    {
        var ended = new Dictionary<string, int>();
        var open = new List<string>(ids);
        using var limit = new CancellationTokenSource(patience);
        while (open.Count > 0)
        {
            var still = new List<string>();
            foreach (string[] some in open.Chunk(16))
            {
                JsonElement[] messages = await Task.WhenAll(some.Select(id => GetAsync(client, id)));
                foreach (JsonElement message in messages)
                {
                    string status = message.GetProperty("status").GetString()!;
                    if (Final.Contains(status))
                    {
                        ended[status] = ended.GetValueOrDefault(status) + 1;
                    }
                    else
                    {
                        still.Add(message.GetProperty("id").GetString()!);
                    }
                }
            }

            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"{still.Count} of {ids.Count} messages have not ended, the first is {await GetAsync(client, still[0])}");
            }

            open = still;
            if (open.Count > 0)
            {
                await Task.Delay(100);
            }
        }

        return ended;
    }

    public static async Task PutAsync(HttpClient client, string path, string body)
    {
        using HttpResponseMessage answer = await client.PutAsync(path, Json(body));
        Assert.True(answer.IsSuccessStatusCode, $"PUT {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
