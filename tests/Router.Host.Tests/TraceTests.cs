using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Router.Host.Tests;

/// <summary>The way of a message as a collector is told of it: the real program, OTLP over gRPC.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Operator = "operator-key-of-the-test";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";
    private const string OtherTraceId = "4bf92f3577b34da6a3ce929d0e0e4737";
    private readonly string folder = Directory.CreateTempSubdirectory("router-traces-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_message_is_one_trace_from_its_request_to_its_provider_and_nothing_personal_leaves()
    {
        await using Collector collector = await Collector.StartAsync();
        await using HostProcess host = HostProcess.Start(
            folder, "--Http:Url=http://127.0.0.1:0", "--Operator:Key=" + Operator, $"--Telemetry:OtlpEndpoint={collector.Url}", "--Telemetry:TraceRatio=0");
        using HttpClient client = await host.ReadyAsync(Operator, Stop);
        await PutAsync(client, "/admin/tenants/acme", """{"name":"Acme","senders":["+390000000"]}""");
        await PutAsync(client, "/admin/providers/demo", """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""");
        await PutAsync(client, "/admin/routes", """{"routes":[{"channel":"sms","providers":["demo"]}]}""");
        using JsonDocument made = await AnswerAsync(client, Request(HttpMethod.Post, "/admin/tenants/acme/keys", Operator, """{"role":"owner"}"""));
        string key = made.RootElement.GetProperty("key").GetString()!;
        HttpRequestMessage post = Request(
            HttpMethod.Post, "/v1/messages", key, """{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"a secret word"},"reference":"order 7"}""");
        post.Headers.Add("traceparent", $"00-{TraceId}-{SpanId}-01");
        using JsonDocument accepted = await AnswerAsync(client, post);
        string id = accepted.RootElement.GetProperty("id").GetString()!;
        HttpRequestMessage get = Request(HttpMethod.Get, "/v1/contacts/sms:+393331234567", key);
        get.Headers.Add("traceparent", $"00-{OtherTraceId}-{SpanId}-01");
        using JsonDocument contact = await AnswerAsync(client, get);

        // What is left to tell is told at the end.
        await SentAsync(client, id, key);
        host.SendTerminate();
        Assert.Equal(0, (await host.EndAsync(Stop)).Code);

        CollectedSpan[] told = [.. collector.Spans.Where(static s => s.Trace == TraceId)];
        CollectedSpan door = Assert.Single(told, static s => s.Source == "Router.FrontDoor");
        Assert.Equal((SpanId, "POST /v1/messages", 2ul), (door.Parent, door.Name, door.Kind));
        Assert.Equal("202", door.Tags["http.response.status_code"]);
        CollectedSpan waited = Assert.Single(told, static s => s.Name == "queued");
        CollectedSpan sent = Assert.Single(told, static s => s.Name == "send loopback");
        Assert.Equal((door.Id, door.Id, 3ul), (waited.Parent, sent.Parent, sent.Kind));
        Assert.Equal((id, "demo", "sent"), (sent.Tags["messaging.message.id"], sent.Tags["router.provider"], sent.Tags["router.outcome"]));
        Assert.Equal(waited.EndNs, sent.StartNs);
        Assert.True(sent.EndNs > sent.StartNs && waited.StartNs >= door.StartNs - 1_000_000, "times are not those of the way"); // the engine's are whole ms

        // The ratio says that requests whose caller did not decide are not told.
        Assert.Equal("GET /v1/contacts/{address}", Assert.Single(collector.Spans, static s => s.Trace != TraceId).Name);
        Assert.All(
            collector.Bodies.Select(Encoding.Latin1.GetString),
            b => Assert.All<string>(["333123", "a secret word", "order 7", key, Operator, "sms:", "Bearer"], w => Assert.DoesNotContain(w, b, StringComparison.OrdinalIgnoreCase)));
        Assert.True(collector.Bodies.Count > 1, "no metrics came, so they were not looked at");
    }

    private static async Task SentAsync(HttpClient client, string id, string key)
    {
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
        do
        {
            using JsonDocument shown = await AnswerAsync(client, Request(HttpMethod.Get, "/v1/messages/" + id, key));
            if (shown.RootElement.GetProperty("status").GetString() is "sent" or "delivered")
            {
                return;
            }
        }
        while (await look.WaitForNextTickAsync(Stop));
    }

    private static async Task PutAsync(HttpClient client, string path, string body)
    {
        using JsonDocument _ = await AnswerAsync(client, Request(HttpMethod.Put, path, Operator, body));
    }

    private static async Task<JsonDocument> AnswerAsync(HttpClient client, HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await client.SendAsync(request, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key, string? body = null) => new(method, path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    };
}
