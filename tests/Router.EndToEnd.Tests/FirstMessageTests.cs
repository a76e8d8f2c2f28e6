using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>What a new user does first, with the real host.</summary>
public sealed class FirstMessageTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1,"failureRate":0,"throttleRate":0,"receipts":"delivered"}}""";

    [Fact]
    public async Task A_message_is_accepted_delivered_told_and_survives_a_clean_stop()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        using HttpResponseMessage events = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage answer = await client.PostAsync("/v1/messages", Api.Json(
            """{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"hello"},"reference":"order 7"}"""));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await Api.WaitForEndAsync(client, [id], TimeSpan.FromSeconds(30));

        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        var types = new List<string>();
        while (types.LastOrDefault() != "message.delivered")
        {
            string line = (await reader.ReadLineAsync())!;
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                JsonElement told = JsonSerializer.Deserialize<JsonElement>(line[6..]);
                Assert.Equal((id, "order 7", "acme"), (told.GetProperty("message").GetString(), told.GetProperty("reference").GetString(), told.GetProperty("tenant").GetString()));
                types.Add(told.GetProperty("type").GetString()!);
            }
        }

        Assert.Equal(["message.accepted", "message.sent", "message.delivered"], types.Where(static t => t != "message.queued"));
        Assert.Equal(0, await router.StopAsync());
        await router.StartAsync();
        JsonElement kept = await Api.GetAsync(client, id);
        Assert.Equal(("delivered", "hello"), (kept.GetProperty("status").GetString(), kept.GetProperty("content").GetProperty("text").GetString()));
        Assert.DoesNotContain("3331234567", router.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused_with_the_folder_named()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        await using var second = new RouterProcess($"--Storage:Path={router.DataFolder}");
        Assert.NotEqual(0, await second.RunToEndAsync());
        Assert.Contains(router.DataFolder, second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Engine:ReleaseMs=5", "Engine:ReleaseMs")]
    [InlineData("--Http:Url=nowhere", "Http:Url")]
    [InlineData("--Storge:Path=x", "Storge:Path")]
    public async Task A_wrong_setting_stops_the_start_by_name(string setting, string named)
    {
        await using var router = new RouterProcess(setting);
        Assert.Equal(2, await router.RunToEndAsync());
        Assert.Contains(named, router.Output, StringComparison.Ordinal);
    }
}
