using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using System.Text;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>A conversation with the real host, grains and store: what was answered is there after a kill.</summary>
public sealed class ConversationTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1,"failureRate":0,"throttleRate":0,"receipts":"delivered"}}""";

    [Fact]
    public async Task Assigned_noted_answered_and_closed_it_is_so_after_a_kill_and_no_file_shows_a_word()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        JsonElement first = await PostAsync(client, "/v1/messages", """{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"hello"}}""", HttpStatusCode.Accepted);
        string talk = "/v1/conversations/" + first.GetProperty("conversation").GetString();
        await PostAsync(client, talk + "/assign", """{"agent":"Wilhelmina"}""", HttpStatusCode.OK);
        await PostAsync(client, talk + "/notes", """{"text":"prefers to be called Commodore"}""", HttpStatusCode.NoContent);
        JsonElement reply = await PostAsync(client, talk + "/messages", """{"content":{"type":"text","text":"and again"}}""", HttpStatusCode.Accepted);
        await PostAsync(client, talk + "/close", null, HttpStatusCode.OK);
        await Api.WaitForEndAsync(client, [reply.GetProperty("id").GetString()!], TimeSpan.FromSeconds(30));

        await router.KillAsync();
        await router.StartAsync();

        JsonElement kept = await client.GetFromJsonAsync<JsonElement>(talk);
        Assert.Equal(("closed", "Wilhelmina", "sms:+393331234567", "+390001"), (Text(kept, "state"), Text(kept, "assignee"), Text(kept, "contact"), Text(kept, "sender")));
        Assert.Equal("prefers to be called Commodore", Text(kept.GetProperty("notes")[0], "text"));
        Assert.Equal(["and again", "hello"], kept.GetProperty("messages").EnumerateArray().Select(static m => Text(m.GetProperty("content"), "text")));
        JsonElement listed = (await client.GetFromJsonAsync<JsonElement>("/v1/conversations?state=closed&assignee=Wilhelmina")).GetProperty("items");
        Assert.Equal(Text(kept, "id"), Text(Assert.Single(listed.EnumerateArray()), "id"));
        Assert.Equal("open", Text(await PostAsync(client, talk + "/reopen", null, HttpStatusCode.OK), "state"));
        Assert.Equal(0, await router.StopAsync());
        foreach (string file in Directory.GetFiles(router.DataFolder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            Assert.All(["Wilhelmina", "Commodore", "3331234567"], word => Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word))));
        }

        Assert.DoesNotContain("Commodore", router.Output, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, string? body, HttpStatusCode expected)
    {
        using HttpResponseMessage answer = await client.PostAsync(path, body is null ? null : Api.Json(body));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected == answer.StatusCode, $"{answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
