using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Router.Host.Tests;

/// <summary><c>/metrics</c> as Prometheus reads it, and what stands on its names: the board of <c>ops/grafana</c> and the alerts of <c>ops/prometheus</c>.</summary>
public sealed partial class MetricsTests : IDisposable
{
    // Told only once a carrier has counted something, and none is here.
    private static readonly string[] OfCarriers = ["router_smpp_events_total", "router_inbound_total"];

    // Told only where there is a Kafka; that they are, its own tests look (KafkaTests).
    private static readonly string[] OfKafka =
    [
        "router_kafka_records_total", "router_kafka_slices_total", "router_kafka_repeats_total", "router_kafka_produced_total", "router_kafka_pauses_total", "router_kafka_paused",
        "router_kafka_in_flight", "router_kafka_lag", "router_kafka_producer_queue", "router_kafka_topics_behind", "router_kafka_deadletters_total",
    ];

    private const string Operator = "operator-key-of-the-test";
    private readonly string folder = Directory.CreateTempSubdirectory("router-metrics-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task The_board_and_the_alerts_ask_only_for_what_is_told_and_nothing_told_is_personal()
    {
        await using HostProcess host = HostProcess.Start(folder, "--Http:Url=http://127.0.0.1:0", "--Operator:Key=" + Operator);
        using HttpClient client = await host.ReadyAsync(Operator, Stop);
        await SendOneAsync(client);

        string text = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop);

        HashSet<string> told = [.. Line().Matches(text).Select(static m => m.Groups[1].Value)];
        string root = Root();
        string[] asked =
        [
            .. Files(root).SelectMany(static f => Name().Matches(Labels().Replace(Expressions(f), "")).Select(static m => m.Value)).Distinct(),
        ];
        Assert.True(asked.Length > 20, "the files ask for next to nothing: the pattern is wrong");
        Assert.Equal([], asked.Except(told).Except(OfCarriers).Except(OfKafka));
        Assert.DoesNotContain("3331234567", text, StringComparison.Ordinal);
        Assert.DoesNotContain("order 7", text, StringComparison.Ordinal);
        Assert.Matches("router_message_wait_seconds_bucket\\{[^}]*le=\"7200\"", text); // its own buckets
        Assert.Matches("""router_messages_total\{[^}]*status="delivered"[^}]*\} 1\n""", text);
        Assert.Matches("""router_provider_outcomes_total\{[^}]*outcome="sent"[^}]*provider="demo"[^}]*\} 1\n|router_provider_outcomes_total\{[^}]*provider="demo"[^}]*outcome="sent"[^}]*\} 1\n""", text);
    }

    [Fact]
    public void Every_metric_of_Router_is_on_the_board()
    {
        string root = Root();
        string board = Expressions(Path.Combine(root, "ops", "grafana", "router.json"));
        string[] made =
        [
            .. Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(static f => Made().Matches(File.ReadAllText(f)).Select(static m => m.Groups[1].Value.Replace('.', '_'))),
        ];

        Assert.True(made.Length > 15, "no instruments found: the pattern is wrong");
        Assert.Equal([], made.Where(name => !board.Contains(name, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Files(string root) => [Path.Combine(root, "ops", "grafana", "router.json"), Path.Combine(root, "ops", "prometheus", "alerts.yml")];

    // Of the board the queries alone, so that a word in a title is none; of the alerts everything that looks like a name.
    private static string Expressions(string file)
    {
        string text = File.ReadAllText(file);
        if (!file.EndsWith(".json", StringComparison.Ordinal))
        {
            return text;
        }

        using JsonDocument board = JsonDocument.Parse(text);
        return string.Join('\n', board.RootElement.GetProperty("panels").EnumerateArray()
            .Where(static p => p.TryGetProperty("targets", out _))
            .SelectMany(static p => p.GetProperty("targets").EnumerateArray())
            .Select(static t => t.GetProperty("expr").GetString()));
    }

    private static async Task SendOneAsync(HttpClient client)
    {
        await PutAsync(client, "/admin/tenants/acme", """{"name":"Acme","senders":["+390000000"]}""");
        await PutAsync(client, "/admin/providers/demo", """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""");
        await PutAsync(client, "/admin/routes", """{"routes":[{"channel":"sms","providers":["demo"]}]}""");
        using HttpResponseMessage made = await client.SendAsync(Request(HttpMethod.Post, "/admin/tenants/acme/keys", Operator, """{"role":"owner"}"""), Stop);
        string key = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("key").GetString()!;
        using HttpResponseMessage events = await client.SendAsync(Request(HttpMethod.Get, "/v1/events", key), HttpCompletionOption.ResponseHeadersRead, Stop);
        using HttpResponseMessage sent = await client.SendAsync(
            Request(HttpMethod.Post, "/v1/messages", key, """{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"hello"},"reference":"order 7"}"""), Stop);
        sent.EnsureSuccessStatusCode();
        using StreamReader reader = new(await events.Content.ReadAsStreamAsync(Stop));
        while (await reader.ReadLineAsync(Stop) is { } line && line != "event: message.delivered")
        {
        }
    }

    private static async Task PutAsync(HttpClient client, string path, string body)
    {
        using HttpResponseMessage answer = await client.SendAsync(Request(HttpMethod.Put, path, Operator, body), Stop);
        answer.EnsureSuccessStatusCode();
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key, string? body = null) => new(method, path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    };

    private static string Root()
    {
        string? at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at!, "Router.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at!;
    }

    [GeneratedRegex(@"^([a-z_]+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\b(router|dotnet|http|orleans|kestrel)_[a-z_]+\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"by \([^)]*\)|\{\{[^}]*\}\}")]
    private static partial Regex Labels();

    [GeneratedRegex(@"Create\w+(?:<\w+>)?\(\s*""(router\.[a-z_.]+)""")]
    private static partial Regex Made();
}
