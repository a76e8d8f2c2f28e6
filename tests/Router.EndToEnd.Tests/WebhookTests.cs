using System.Globalization;
using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>Webhooks of the real host, verified by npm's <c>standardwebhooks</c>.</summary>
public sealed class WebhookTests(ITestOutputHelper output)
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""";
    private static readonly int Cycles = int.Parse(Environment.GetEnvironmentVariable("ROUTER_HOOK_CYCLES") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Signatures_verify_before_and_after_a_rotation_and_a_disabled_webhook_is_told_to_the_others()
    {
        await using HookReceiver receiver = await HookReceiver.StartAsync(new { });
        await using var router = new RouterProcess("--Webhooks:AllowPrivateNetworks=true");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        string secret = await PutAsync(client, "one", receiver.Url);
        await receiver.ChangeAsync(new { secrets = new[] { secret } });

        JsonElement test = await PostAsync(client, "/v1/webhooks/one/test");
        await SendAsync(client, "+393330000001");
        await UntilAsync(receiver, static posts => posts.Any(static p => p.Type == "message.delivered"));
        string made = (await PostAsync(client, "/v1/webhooks/one/rotate")).GetProperty("secret").GetString()!;
        await SendAsync(client, "+393330000002");
        await UntilAsync(receiver, static posts => posts.Count(static p => p.Type == "message.delivered") == 2);
        await receiver.ChangeAsync(new { secrets = new[] { made } });
        await SendAsync(client, "+393330000003");
        await UntilAsync(receiver, static posts => posts.Count(static p => p.Type == "message.delivered") == 3);

        Assert.True(test.GetProperty("taken").GetBoolean(), test.ToString());
        Assert.All(receiver.Posts, static p => Assert.True(p.Valid, p.Body.ToString()));
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 2, 2], receiver.Posts.Select(static p => p.Signatures));
        foreach (IGrouping<string?, HookPost> message in receiver.Posts.Where(static p => p.Message is not null).GroupBy(static p => p.Message))
        {
            Assert.Equal(["message.accepted", "message.sent", "message.delivered"], message.Select(static p => p.Type));
        }

        await PutAsync(client, "gone", receiver.Url + "elsewhere");
        await receiver.ChangeAsync(new { gone = "/elsewhere" });
        await SendAsync(client, "+393330000004");
        await UntilAsync(receiver, static posts => posts.Any(static p => p.Type == "webhook.disabled"));
        HookPost told = receiver.Posts.First(static p => p.Type == "webhook.disabled");
        Assert.Equal("gone", told.Body.GetProperty("webhook").GetString());
        JsonElement shown = await client.GetFromJsonAsync<JsonElement>("/v1/webhooks/gone");
        Assert.Equal("gone", shown.GetProperty("disabled").GetProperty("because").GetString());
        Assert.DoesNotContain(secret, router.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", router.Output, StringComparison.Ordinal);
    }

    /// <summary>kill -9 in the middle: every event of every message comes, repeats have their id and bytes, a conversation's events come in their order.</summary>
    [Fact]
    public async Task Kill_9_loses_no_event_and_repeats_them_under_the_same_ids_and_in_order()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ROUTER_HOOK_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using HookReceiver receiver = await HookReceiver.StartAsync(new { delayMs = 2, failShare = 0.002, seed });
        await using var router = new RouterProcess("--Webhooks:AllowPrivateNetworks=true");
        await router.StartAsync();

        // A loopback forgets the receipts that it owes when it is killed: so it owes none.
        using HttpClient client = await Api.SetUpAsync(router, """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1,"receipts":"none"}}""");
        string secret = await PutAsync(client, "one", receiver.Url);
        await receiver.ChangeAsync(new { secrets = new[] { secret } });
        string begin = await PositionAsync(client);
        var accepted = new HashSet<string>();
        int sent = 0;
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            if (cycle > 0)
            {
                await router.StartAsync();
            }

            using var killed = new CancellationTokenSource();
            Task posting = PostUntilAsync(killed.Token);
            await Task.Delay(random.Next(300, 1_500));
            await router.KillAsync();
            await killed.CancelAsync();
            await posting;
        }

        await router.StartAsync();
        await UntilAsync(receiver, posts => posts.Where(static p => p is { Status: 204, Type: "message.sent" }).Select(static p => p.Message!).ToHashSet().IsSupersetOf(accepted), 240);

        Dictionary<string, List<HookPost>> byId = receiver.Posts.Where(static p => p.Status == 204).GroupBy(static p => p.Id).ToDictionary(static g => g.Key, static g => g.ToList());
        int repeats = byId.Values.Sum(static same => same.Count - 1);
        output.WriteLine($"seed {seed}: {Cycles} kills, {accepted.Count} accepted, {byId.Count} events, {repeats} repeats, {receiver.Posts.Count(static p => p.Status == 500)} failures");
        Assert.True(accepted.Count > Cycles, "the load was too small to prove anything");
        Assert.All(receiver.Posts, static p => Assert.True(p.Valid));
        Assert.All(byId.Values, static same => Assert.Single(same.Select(static p => p.Body.GetRawText()).Distinct()));
        foreach (string message in accepted)
        {
            Assert.Superset(new HashSet<string> { "message.accepted", "message.sent" }, byId.Values.Where(same => same[0].Message == message).Select(static s => s[0].Type).ToHashSet());
        }

        // The first time each event was taken: in a conversation that order is the log's, which ids made of time and GET /v1/events tell.
        string[] log = await ReadOrderAsync(client, begin, byId.Count);
        var place = log.Select(static (id, index) => (id, index)).ToDictionary(static p => p.id, static p => p.index);
        foreach (IGrouping<string?, HookPost> conversation in receiver.Posts.Where(static p => p is { Status: 204, Conversation: not null }).GroupBy(static p => p.Conversation))
        {
            int[] first = [.. conversation.DistinctBy(static p => p.Id).Select(p => place[p.Id])];
            Assert.Equal(first.Order(), first);
        }

        async Task PostUntilAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                List<JsonElement> answers = await Api.PostLinesAsync(client, Enumerable.Range(sent, 10).Select(n =>
                    $$$"""{"to":"sms:+39333{{{random.Next(40):D7}}}","purpose":"service","content":{"type":"text","text":"m{{{n}}}"},"reference":"r{{{n}}}"}"""));
                sent += 10;
                accepted.UnionWith(answers.Where(static a => a.TryGetProperty("id", out _)).Select(static a => a.GetProperty("id").GetString()!));
                await Task.Delay(answers.Count == 0 ? 20 : 5, CancellationToken.None);
            }
        }
    }

    private static async Task<string> PutAsync(HttpClient client, string name, string url)
    {
        using HttpResponseMessage made = await client.PutAsync($"/v1/webhooks/{name}", Api.Json($$"""{"url":"{{url}}","events":["*"]}"""));
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.PostAsync(path, null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task SendAsync(HttpClient client, string to)
    {
        using HttpResponseMessage answer = await client.PostAsync("/v1/messages", Api.Json($$$"""{"to":"sms:{{{to}}}","purpose":"service","content":{"type":"text","text":"hello"}}"""));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static async Task UntilAsync(HookReceiver receiver, Func<IReadOnlyCollection<HookPost>, bool> holds, int seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!holds(receiver.Posts))
        {
            Assert.False(limit.IsCancellationRequested, $"did not come; the last were {string.Join('\n', receiver.Posts.TakeLast(5))}");
            await Task.Delay(20);
        }
    }

    private static async Task<string> PositionAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? line;
        do
        {
            line = await reader.ReadLineAsync();
        }
        while (line?.StartsWith("id: ", StringComparison.Ordinal) != true);
        return line["id: ".Length..];
    }

    private static async Task<string[]> ReadOrderAsync(HttpClient client, string after, int atLeast)
    {
        var ids = new List<string>();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (ids.Count < atLeast && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                ids.Add(JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]).GetProperty("id").GetString()!);
            }
        }

        return [.. ids];
    }
}
