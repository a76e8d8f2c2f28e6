using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>Clients that misbehave: they stop reading, send a byte now and then, send the longest lines there may be, go in the middle.</summary>
public sealed class ClientTests(ITestOutputHelper output)
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0}}""";

    [Fact]
    public async Task Event_streams_that_nobody_reads_are_cut_off_and_cost_what_they_may()
    {
        int clients = Sizes.Of("ROUTER_SSE_CLIENTS", 1_000);
        int idleSeconds = 5 + (clients / 400); // what one post tells all of them is gigabytes among ten thousand: the one who reads must not be starved past it
        await using var router = new RouterProcess($"--Http:ConnectionsMax={clients + 100}", $"--Http:StreamIdleSeconds={idleSeconds}");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var load = new Load(client);
        await load.PostLinesAsync(1_000);
        await load.AllDeliveredAsync();
        long before = router.ResidentBytes;
        byte[] head = RawClient.Head("GET /v1/events", key);
        var idle = new List<RawClient>();
        using RawClient reader = await RawClient.ConnectAsync(router.Url);
        await reader.SendAsync(head);
        int told = 0;
        Task reading = Task.Run(() => reader.ReadLinesAsync(line => told += line.StartsWith("event: message.delivered", StringComparison.Ordinal) ? 1 : 0));
        try
        {
            for (int i = 0; i < clients; i++)
            {
                RawClient one = await RawClient.ConnectAsync(router.Url, receiveBytes: 4_096);
                idle.Add(one);
                await one.SendAsync(head);
            }

            // More than the kernel and the host keep for a reader: all stand still.
            long most = 0;
            await Until.TrueAsync(
                async () =>
                {
                    await load.PostLinesAsync(500);
                    most = Math.Max(most, router.ResidentBytes);
                    return (await router.ReadyAsync()).Text.Contains("clients were cut off", StringComparison.Ordinal);
                },
                () => "none was cut off");
            await Until.TrueAsync(() => ProcessFigures.Handles(router.Pid) < clients / 2, () => $"{ProcessFigures.Handles(router.Pid)} handles");
            output.WriteLine($"{clients} clients: {before >> 20} MiB before, at most {most >> 20} MiB; {load.Accepted.Count} messages");

            // A client: a flush that waits, a batch, the connection. A message: the store's tables, which grow until they are full (WholeWayGate).
            Assert.InRange(most - before, 0, (clients * 128L * 1024) + (load.Accepted.Count * 1_024L) + (200 << 20));
        }
        finally
        {
            idle.ForEach(static one => one.Dispose());
        }

        Assert.Equal(HttpStatusCode.Accepted, await load.PostOneAsync());
        await load.AllDeliveredAsync();
        await Until.TrueAsync(() => Volatile.Read(ref told) >= load.Accepted.Count - 1_000, () => $"the one who reads was told {told} of {load.Accepted.Count - 1_000}");
        reader.Cut();
        await reading;
        LogLines.AreFew(router, output, times: Math.Max(1, clients / 1_000)); // once a minute while there are more
    }

    [Fact]
    public async Task Posts_that_come_byte_by_byte_hold_nobody_up_and_end()
    {
        const int Each = 100;
        await using var router = new RouterProcess("--Http:StreamIdleSeconds=5");
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        byte[][] starts =
        [
            RawClient.Head("POST /v1/messages", key, "X-Slow: yes")[..^2], // its head never ends
            RawClient.Head("POST /v1/messages", key, "Content-Type: application/json\r\nContent-Length: 1000\r\n"),
            RawClient.Head("POST /v1/messages", key, "Content-Type: application/x-ndjson\r\nContent-Length: 1000000\r\n"),
        ];
        var load = new Load(client);
        Task[] slow = [.. Enumerable.Range(0, 3 * Each).Select(i => Task.Run(() => DripAsync(router.Url, starts[i % 3])))];
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.Accepted, await load.PostOneAsync());
        }

        // The server ends each of them.
        await Task.WhenAll(slow).WaitAsync(TimeSpan.FromMinutes(3));
        await load.PostLinesAsync(500);
        await load.AllDeliveredAsync();
        Assert.Equal(520, load.Accepted.Count);
        LogLines.AreFew(router, output);
    }

    [Fact]
    public async Task Lines_of_64_KiB_are_taken_longer_ones_refused_and_memory_stays()
    {
        const int Streams = 8;
        const int Lines = 400;
        const int LineBytes = 65_536;
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var load = new Load(client);
        await load.PostLinesAsync(1_000);
        await load.AllDeliveredAsync();
        long before = router.ResidentBytes;
        int accepted = 0;
        int refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(s => Task.Run(async () =>
        {
            using RawClient one = await RawClient.ConnectAsync(router.Url);
            await one.SendAsync(RawClient.Head("POST /v1/messages", key, "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"));
            Task reading = Task.Run(() => one.ReadLinesAsync(line =>
            {
                Interlocked.Increment(ref line.Contains("\"id\"", StringComparison.Ordinal) ? ref accepted : ref refused);
                Assert.True(line.Contains("\"id\"", StringComparison.Ordinal) || line.Contains("too_large", StringComparison.Ordinal), line);
            }));
            for (int i = 0; i < Lines; i++)
            {
                string line = $$$"""{"to":"sms:+39333{{{s}}}{{{i:D6}}}","purpose":"service","content":{"type":"text","text":"long"} }""";
                int bytes = i % 10 == 9 ? LineBytes + 1 : LineBytes;
                await one.SendAsync(Encoding.ASCII.GetBytes($"{bytes + 1:x}\r\n{line.PadRight(bytes)}\n\r\n"));
            }

            await one.SendAsync("0\r\n\r\n"u8.ToArray());
            await reading;
        })));
        long after = router.ResidentBytes;
        output.WriteLine($"{accepted} accepted, {refused} refused; {before >> 20} MiB before, {after >> 20} MiB after");
        Assert.Equal((Streams * Lines * 9 / 10, Streams * Lines / 10), (accepted, refused));
        Assert.InRange(after - before, long.MinValue, 128 << 20);
        LogLines.AreFew(router, output);
    }

    [Fact]
    public async Task A_stream_cut_in_the_middle_keeps_what_it_acknowledged_and_can_be_sent_again()
    {
        int lines = Sizes.Of("ROUTER_STREAM_LINES", 100_000);
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var first = new Dictionary<int, string>();
        var second = new Dictionary<int, string>();
        int inFlight = 0;
        await SendAsync(first, cutAt: lines / 2);
        Assert.Equal(200, (await router.ReadyAsync()).Status);

        // What is on its way to the disk from the first is in flight (409): asked again, it has its answer.
        do
        {
            inFlight = 0;
            await SendAsync(second, cutAt: null);
        }
        while (inFlight > 0);

        output.WriteLine($"{lines} lines: {first.Count} acknowledged before the cut");
        Assert.InRange(first.Count, 1, lines / 2);
        Assert.Equal(lines, second.Count);
        Assert.Equal(lines, second.Values.Distinct().Count());
        Assert.All(first, one => Assert.Equal(one.Value, second[one.Key]));
        await Until.TrueAsync(async () => await Figures.DeliveredAsync(router) == lines, () => $"{Figures.DeliveredAsync(router).Result} messages");
        LogLines.AreFew(router, output);

        Task SendAsync(Dictionary<int, string> ids, int? cutAt) => RawClient.StreamAsync(
            router.Url, key, "stream", lines,
            static i => $$$"""{"to":"sms:+3933{{{i:D8}}}","purpose":"service","content":{"type":"text","text":"line {{{i}}}"} }""",
            line =>
            {
                JsonElement answer = JsonSerializer.Deserialize<JsonElement>(line);
                if (answer.TryGetProperty("id", out JsonElement id))
                {
                    Assert.Equal(id.GetString(), ids.GetValueOrDefault(answer.GetProperty("line").GetInt32(), id.GetString()!));
                    ids[answer.GetProperty("line").GetInt32()] = id.GetString()!;
                }
                else
                {
                    Assert.Contains("idempotency_in_flight", line, StringComparison.Ordinal);
                    inFlight++;
                }
            },
            cutAt,
            () => Until.TrueAsync(() => ids.Count > lines / 10, () => $"{ids.Count} lines were answered")); // all of it may still lie in the kernel
    }

    private static async Task DripAsync(Uri url, byte[] start)
    {
        using RawClient one = await RawClient.ConnectAsync(url);
        Task<string> ended = one.ReadToEndAsync();
        try
        {
            await one.SendAsync(start);
            while (!ended.IsCompleted)
            {
                await Task.WhenAny(ended, Task.Delay(1_000));
                await one.SendAsync("x"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            // The server has ended it.
        }

        await ended;
    }
}
