using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Mutated HTTP bodies, NDJSON lines, PDUs of a hostile SMSC and answers of webhooks, against the real host: no crash, no hang, no growth. Half first, so that pools and caches are what
/// they become; then memory after all of it is at most a tenth more. <c>ROUTER_MUTATIONS</c> is how many of each, <c>ROUTER_MUTATION_SEED</c> begins elsewhere.
/// </summary>
public sealed class MalformedTests(ITestOutputHelper output)
{
    private const double GrowthMax = 1.10;
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0}}""";
    private static readonly int Seed = Sizes.Of("ROUTER_MUTATION_SEED", 1);

    // What is held by count is held to little: mutated addresses are new contacts, and rows that may be there are no growth.
    private static readonly string[] Small =
        ["--Engine:ContactRowsMax=1024", "--Engine:AwaitedReceiptsMax=1024", "--Engine:UnmatchedReceiptsMax=64", "--Engine:PartsMax=256", "--Webhooks:AllowPrivateNetworks=true"];

    // 384 MiB, and the store, too, holds so little that half of a long run fills it.
    private const string MemoryLimit = "0x18000000";

    private static readonly byte[][] Bodies =
    [
        """{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"hello, \u00e9\ud83d\ude00 you"},"reference":"r-1","priority":"high","validitySeconds":60}"""u8.ToArray(),
        """{"to":"sms:+12125550123","from":"+390001","purpose":"otp","content":{"type":"text","text":"123456"},"metadata":{"a":"b","c":"d"}}"""u8.ToArray(),
        """{"to":"sms:+393331234567","purpose":"marketing","content":{"type":"template","name":"welcome","language":"en","parameters":{"name":"Ada","order":{"total":12.5}}}}"""u8.ToArray(),
        """{"to":"sms:+393331234567","purpose":"service","content":{"type":"media","url":"https://example.org/a.png","mediaType":"image/png","caption":"see"},"region":"eu"}"""u8.ToArray(),
        """{"to":"sms:+393331234567","purpose":"service","scheduleAt":"2026-11-28T10:00:00Z","content":{"type":"text","text":"later"},"fallback":{"to":"email:ada@example.org","afterSeconds":60}}"""u8.ToArray(),
    ];

    [Fact]
    public Task Bodies_over_HTTP() => RunAsync(Sizes.Of("ROUTER_MUTATIONS", 20_000), Loopback, async (router, client, mutator, count) =>
    {
        const int Batch = 200;
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var room = new MemoryStream();
        for (int done = 0; done < count; done += Batch)
        {
            // Pipelined: the next request stands behind a body that is not one. The last asks for the end.
            room.SetLength(0);
            for (int i = 0; i < Batch; i++)
            {
                ReadOnlySpan<byte> body = mutator.Next();
                string close = i == Batch - 1 ? "Connection: close\r\n" : "";
                room.Write(RawClient.Head("POST /v1/messages", key, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n{close}"));
                room.Write(body);
            }

            using RawClient one = await RawClient.ConnectAsync(router.Url);
            Task<string> reading = one.ReadToEndAsync();
            await one.SendAsync(room.GetBuffer().AsMemory(0, (int)room.Length));
            string answers = await reading.WaitAsync(TimeSpan.FromMinutes(2));
            Assert.Equal(Batch, answers.Split("HTTP/1.1 ").Length - 1);
            Assert.DoesNotContain("HTTP/1.1 500", answers, StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task Lines_of_a_stream() => RunAsync(Sizes.Of("ROUTER_MUTATIONS", 50_000), Loopback, async (router, client, mutator, count) =>
    {
        const int Batch = 5_000;
        string key = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var room = new MemoryStream();
        for (int done = 0; done < count; done += Batch)
        {
            room.SetLength(0);
            int lines = 0;
            for (int i = 0; i < Batch; i++)
            {
                ReadOnlySpan<byte> line = mutator.Next();
                room.Write(line);
                room.WriteByte((byte)'\n');
                lines += line.Count((byte)'\n') + 1;
            }

            using RawClient one = await RawClient.ConnectAsync(router.Url);
            int answers = 0;
            Task reading = Task.Run(() => one.ReadLinesAsync(line =>
            {
                answers++;
                Assert.DoesNotContain("\"status\":500", line, StringComparison.Ordinal);
            }));
            await one.SendAsync(RawClient.Head("POST /v1/messages", key, $"Content-Type: application/x-ndjson\r\nContent-Length: {room.Length}\r\nConnection: close\r\n"));
            await one.SendAsync(room.GetBuffer().AsMemory(0, (int)room.Length));
            await reading.WaitAsync(TimeSpan.FromMinutes(2));
            Assert.InRange(answers, lines * 9 / 10, lines); // empty lines have no answer
        }
    });

    [Fact]
    public async Task PDUs_of_a_hostile_carrier()
    {
        int mutations = Sizes.Of("ROUTER_MUTATIONS", 50_000);
        await using var carrier = new HostileCarrier(Seed, Math.Max(5_000, mutations / 200));
        string account = $$$"""
            {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{{carrier.Port}}},"systemId":"s","password":"p","binds":16,"window":20,"responseTimeoutSeconds":2} }
            """;
        await RunAsync(mutations, account, async (router, _, _, count) =>
        {
            long goal = carrier.Sent + count;
            await Until.TrueAsync(() => carrier.Sent >= goal || router.HasExited, () => $"{goal - carrier.Sent} PDUs were not taken, {carrier.Links} links", () => carrier.Sent);
        });
        output.WriteLine($"{carrier.Links} links");
    }

    [Fact]
    public async Task Answers_of_webhooks()
    {
        const int Webhooks = 8;
        var answering = new Mutator(Seed, HostileReceiver.Answers);
        int asked = 0;

        // Once an event and to one in eight: a receiver that takes nothing is asked ever more seldom, and nothing would be tried.
        await using var receiver = new RawReceiver
        {
            FirstAnswer = () =>
            {
                lock (answering)
                {
                    return ++asked % 8 == 0 ? (answering.Next().ToArray(), true) : (RawReceiver.Taken, false);
                }
            },
        };
        await RunAsync(Sizes.Of("ROUTER_MUTATIONS", 500), Loopback, async (router, client, _, count) =>
        {
            for (int i = 0; i < Webhooks; i++)
            {
                await Api.PutAsync(client, $"/v1/webhooks/hostile{i}", $$"""{"url":"{{receiver.Url}}{{i}}","events":["*"]}""");
            }

            int goal = asked + (count * 8);
            var load = new Load(client);
            while (asked < goal && !router.HasExited)
            {
                await load.PostLinesAsync(100);
                int enough = Math.Min(asked + 1_000, goal);
                await Until.TrueAsync(() => asked >= enough || router.HasExited, () => $"{asked} of {goal} were asked", () => asked);
            }
        });
    }

    private async Task RunAsync(int count, string provider, Func<RouterProcess, HttpClient, Mutator, int, Task> send)
    {
        await using var router = new RouterProcess(Small) { Environment = { ["DOTNET_GCHeapHardLimit"] = MemoryLimit } };
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, provider);
        var mutator = new Mutator(Seed, Bodies);

        // As long a warm-up as the code and the tables need to be what they stay: after a fifth they still grew by a tenth.
        await send(router, client, mutator, count / 2);
        long before = router.ResidentBytes;
        await send(router, client, mutator, count - (count / 2));
        Assert.False(router.HasExited, router.Output);
        Assert.Equal(200, (await router.ReadyAsync()).Status);
        long after = router.ResidentBytes;
        output.WriteLine($"seed {Seed}: {count} mutations, {before >> 20} MiB after the warm-up, {after >> 20} MiB after all");
        var load = new Load(client);
        await load.PostLinesAsync(100);
        Assert.Equal(100, load.Accepted.Count);
        Assert.DoesNotContain(router.Lines, static l => l.Contains("crit: ", StringComparison.Ordinal) || l.Contains("failed, request", StringComparison.Ordinal));
        Assert.InRange(after, 0, (long)(before * GrowthMax));
    }
}
