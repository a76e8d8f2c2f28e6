using System.Text;
using System.Text.Json;
using Router.Engine.Shards;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> as a stream of lines.</summary>
public sealed class Lines
{
    private const string Type = "application/x-ndjson";

    [Fact]
    public async Task Answers_come_in_the_order_of_the_lines()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 2_000).Select(static i => Line(i) + "\n"));

        Answer answer = await door.SendAsync("POST", "/v1/messages", body, type: Type);

        Assert.Equal(200, answer.Status);
        Assert.Equal(Type, answer.Type);
        JsonElement[] answers = Parse(answer.Text);
        Assert.Equal(Enumerable.Range(1, 2_000), answers.Select(static a => a.GetProperty("line").GetInt32()));
        Assert.All(answers, static a => Assert.Equal("accepted", a.GetProperty("status").GetString()));
        Assert.Equal(2_000, answers.Select(static a => a.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(["line", "id", "status", "conversation"], answers[0].EnumerateObject().Select(static p => p.Name));

        // Each answer is about its own line.
        string last = (await door.SendAsync("GET", "/v1/messages/" + answers[1_999].GetProperty("id").GetString())).Text;
        Assert.Contains("text 2000", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_refused_has_a_problem_and_the_others_go_on()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = $"{Line(1)}\nnonsense\n\n{Line(4)}\r\n{Line(5).Replace("sms:+", "sms:", StringComparison.Ordinal)}\n{new string('x', (64 * 1024) + 1)}\n{Line(7)}";

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: Type)).Text);

        Assert.Equal([1, 2, 4, 5, 6, 7], answers.Select(static a => a.GetProperty("line").GetInt32()));
        Assert.Equal([null, "malformed_json", null, "invalid_address", "too_large", null], answers.Select(CodeOf));
        Assert.Equal([null, 400, null, 400, 413, null], answers.Select(StatusOf));
        Assert.Equal(["status", "code", "detail", "field"], answers[3].GetProperty("problem").EnumerateObject().Select(static p => p.Name));
        Assert.Equal(3, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_stream_without_lines_is_answered_by_none()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", "\n \n", type: Type);

        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Text);
    }

    [Fact]
    public async Task An_answer_comes_before_the_next_line_is_sent()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();

        for (int i = 1; i <= 20; i++)
        {
            await raw.SendChunkAsync(Line(i) + "\n");
            Assert.StartsWith($"{{\"line\":{i},\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
        }

        await raw.EndChunksAsync();
        Assert.Null(await raw.ReadLineAsync());
        Assert.True(raw.EndedWhole);
    }

    [Fact]
    public async Task A_line_in_pieces_is_put_together()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();

        foreach (char one in Line(1) + "\n")
        {
            await raw.SendChunkAsync(one.ToString());
        }

        Assert.StartsWith("{\"line\":1,\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_sends_10000_lines_before_it_reads_gets_all_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 10_000).Select(static i => Line(i) + "\n")));

        // A small window: little of the answers hides in the kernel.
        raw.Socket.ReceiveBufferSize = 64 * 1024;
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type, body.Length);
        await raw.SendAsync(body);

        await raw.ReadHeadAsync();
        for (int i = 1; i <= 10_000; i++)
        {
            Assert.StartsWith($"{{\"line\":{i},\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
        }

        Assert.Null(await raw.ReadLineAsync());
        Assert.True(raw.EndedWhole);
    }

    [Fact]
    public async Task A_client_that_sends_10000_wrong_lines_before_it_reads_gets_all_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string field = new('f', 100);
        string body = string.Concat(Enumerable.Range(1, 10_000).Select(i => $"{{\"{field}\":1}}\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: Type)).Text);

        Assert.Equal(10_000, answers.Length);
    }

    [Fact]
    public async Task Reading_stops_while_answers_wait_unread_and_goes_on_when_they_are_read()
    {
        var shards = new InstantShards();
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        await using RawConnection raw = await door.ConnectAsync();
        raw.Socket.ReceiveBufferSize = 64 * 1024;
        const int Count = 200_000;
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, Count).Select(static i => Line(i) + "\n")));
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type, body.Length);
        Task sending = raw.SendAsync(body);

        await Until(() => Volatile.Read(ref door.Counts.WaitsForClient) > 0);

        Assert.InRange(shards.Count, AnswerRing.Capacity, Count / 2);
        Assert.False(sending.IsCompleted, "all was read although no answer was");
        await raw.ReadHeadAsync();
        for (int i = 1; i <= Count; i++)
        {
            Assert.StartsWith($"{{\"line\":{i},", await raw.ReadLineAsync(), StringComparison.Ordinal);
        }

        await sending;
        Assert.Null(await raw.ReadLineAsync());
        Assert.True(raw.EndedWhole);
    }

    [Fact]
    public async Task Reading_stops_while_the_shards_are_full_and_nothing_is_refused()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Capacity = 10;
        string body = string.Concat(Enumerable.Range(1, 500).Select(static i => Line(i) + "\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: Type)).Text);

        Assert.Equal(500, answers.Count(static a => a.TryGetProperty("id", out _)));
        Assert.True(door.Shards.Waits > 0);
        Assert.True(door.Counts.WaitsForShard > 0);
    }

    [Fact]
    public async Task At_most_so_many_lines_are_with_their_shards_at_once()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamInFlightMax = 100 });
        door.Shards.Gate.Close();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.SendChunkAsync(string.Concat(Enumerable.Range(1, 300).Select(static i => Line(i) + "\n")));
        await raw.EndChunksAsync();
        await raw.ReadHeadAsync();
        await door.Shards.Gate.Arrived;
        await Until(() => Volatile.Read(ref door.Shards.Accepted) == 100);

        door.Shards.Gate.Open();

        for (int i = 1; i <= 300; i++)
        {
            Assert.StartsWith($"{{\"line\":{i},\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tenant_that_is_full_gets_429_lines()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = static _ => Intake.TenantFull;

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", $"{Line(1)}\n{Line(2)}\n", type: Type, headers: ("Idempotency-Key", "k"))).Text);
        Assert.Equal([429, 429], answers.Select(StatusOf));

        // The keys are free again.
        door.Shards.Refuse = null;
        answers = Parse((await door.SendAsync("POST", "/v1/messages", $"{Line(1)}\n{Line(2)}\n", type: Type, headers: ("Idempotency-Key", "k"))).Text);
        Assert.Equal([null, null], answers.Select(StatusOf));
    }

    [Fact]
    public async Task A_shard_without_owner_is_waited_for()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamIdle = TimeSpan.FromDays(1) });
        door.Shards.Refuse = static _ => Intake.NoOwner;
        Task<Answer> answer = door.SendAsync("POST", "/v1/messages", Line(1), type: Type);
        await Until(() => Volatile.Read(ref door.Shards.Waits) > 0);

        // The clock may run far ahead of a busy machine: a day of idleness is allowed here.
        door.Shards.Refuse = null;
        while (!answer.IsCompleted)
        {
            door.Shards.SignalRoom();
            door.Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Null(StatusOf(Parse((await answer).Text).Single()));
    }

    [Fact]
    public async Task What_could_not_be_kept_is_told_line_by_line()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = static r => r.Token % 2 == 0 ? AcceptOutcome.Accepted : AcceptOutcome.Unavailable;

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", string.Join('\n', Enumerable.Range(1, 6).Select(Line)), type: Type)).Text);

        Assert.Equal([null, 503, null, 503, null, 503], answers.Select(StatusOf));
    }

    [Fact]
    public async Task A_stream_sent_again_under_its_key_gives_the_same_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 50).Select(static i => Line(i) + "\n"));

        Answer first = await door.SendAsync("POST", "/v1/messages", body, type: Type, headers: ("Idempotency-Key", "batch-1"));
        Answer again = await door.SendAsync("POST", "/v1/messages", body, type: Type, headers: ("Idempotency-Key", "batch-1"));
        Answer shifted = await door.SendAsync("POST", "/v1/messages", "\n" + body, type: Type, headers: ("Idempotency-Key", "batch-1"));

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(50, Parse(shifted.Text).Length);
        Assert.Equal(49, Parse(shifted.Text).Count(static a => CodeOf(a) == "idempotency_key_reused"));
        Assert.Equal(51, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task The_same_key_and_line_in_flight_is_409()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Gate.Close();
        Task<Answer> first = door.SendAsync("POST", "/v1/messages", Line(1), type: Type, headers: ("Idempotency-Key", "k"));
        await door.Shards.Gate.Arrived;

        JsonElement second = Parse((await door.SendAsync("POST", "/v1/messages", Line(1), type: Type, headers: ("Idempotency-Key", "k"))).Text).Single();
        door.Shards.Gate.Open();

        Assert.Equal("idempotency_in_flight", CodeOf(second));
        Assert.Null(CodeOf(Parse((await first).Text).Single()));
    }

    [Fact]
    public async Task Half_a_line_before_the_connection_ends_is_not_accepted()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using (RawConnection raw = await door.ConnectAsync())
        {
            await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
            await raw.ReadHeadAsync();
            await raw.SendChunkAsync(Line(1) + "\n" + Line(2));
            Assert.StartsWith("{\"line\":1,", await raw.ReadLineAsync(), StringComparison.Ordinal);
            raw.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            Assert.Null(await raw.ReadLineAsync());
            Assert.False(raw.EndedWhole);
        }

        await door.StopAsync();
        Assert.Equal(1, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_stream_in_which_nothing_goes_on_is_closed_after_30_seconds()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();
        await raw.SendChunkAsync(Line(1) + "\n" + Line(2)[..20]);
        Assert.StartsWith("{\"line\":1,", await raw.ReadLineAsync(), StringComparison.Ordinal);

        // A byte now and then is no progress.
        door.Time.Advance(TimeSpan.FromSeconds(20));
        await raw.SendChunkAsync("x");
        door.Time.Advance(TimeSpan.FromSeconds(11));

        string closed = (await raw.ReadLineAsync())!;
        Assert.StartsWith("{\"line\":2,\"problem\":{\"status\":408,\"code\":\"stream_idle\"", closed, StringComparison.Ordinal);
        Assert.Null(await raw.ReadLineAsync());
        Assert.Equal(1, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_stream_that_is_closed_is_told_after_how_long()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamIdle = TimeSpan.FromSeconds(7) });
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();

        door.Time.Advance(TimeSpan.FromSeconds(8));

        Assert.Contains("Nothing went on for 7 seconds", await raw.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_now_and_then_keeps_the_stream_open()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();
        for (int i = 1; i <= 5; i++)
        {
            await raw.SendChunkAsync(Line(i) + "\n");
            Assert.StartsWith($"{{\"line\":{i},\"id\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
            door.Time.Advance(TimeSpan.FromSeconds(29));
        }
    }

    [Fact]
    public async Task A_client_that_reads_nothing_for_30_seconds_is_cut_off()
    {
        var shards = new InstantShards();
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        await using RawConnection raw = await door.ConnectAsync();
        raw.Socket.ReceiveBufferSize = 64 * 1024;
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 200_000).Select(static i => Line(i) + "\n")));
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type, body.Length);
        Task sending = raw.SendAsync(body);
        await Until(() => Volatile.Read(ref door.Counts.WaitsForClient) > 0);

        // The kernel's buffers may still take some answers after the first pause: that was progress.
        await Until(() =>
        {
            door.Time.Advance(TimeSpan.FromSeconds(31));
            return sending.IsCompleted;
        });

        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => sending.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_stops_answers_what_it_took_and_says_where_it_ended()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Gate.Close();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();
        await raw.SendChunkAsync(Line(1) + "\n" + Line(2) + "\n");
        await Until(() => Volatile.Read(ref door.Shards.Accepted) == 2);

        door.BeginToStop();
        door.Shards.Gate.Open();

        Assert.StartsWith("{\"line\":1,\"id\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith("{\"line\":2,\"id\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith("{\"line\":3,\"problem\":{\"status\":503,\"code\":\"stopping\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await raw.ReadLineAsync());
        Assert.True(raw.EndedWhole);
    }

    [Fact]
    public async Task A_key_that_is_removed_takes_no_further_line()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, Type);
        await raw.ReadHeadAsync();
        await raw.SendChunkAsync(Line(1) + "\n");
        Assert.StartsWith("{\"line\":1,\"id\"", await raw.ReadLineAsync(), StringComparison.Ordinal);

        // Another change closes nothing.
        await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-agent", role: "operator");
        await raw.SendChunkAsync(Line(2) + "\n");
        Assert.StartsWith("{\"line\":2,\"id\"", await raw.ReadLineAsync(), StringComparison.Ordinal);

        await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-owner", role: "operator");
        await raw.SendChunkAsync(Line(3) + "\n" + Line(4) + "\n");
        Assert.StartsWith("{\"line\":3,\"problem\":{\"status\":401,\"code\":\"unauthorized\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await raw.ReadLineAsync());
        Assert.Equal(2, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_stream_of_more_than_30_MB_is_read()
    {
        var shards = new InstantShards();
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        string line = TestDoor.Body(text: new string('a', 30_000)) + "\n";
        string body = string.Concat(Enumerable.Repeat(line, 1_100));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: Type)).Text);

        Assert.Equal(1_100, answers.Length);
        Assert.Equal(1_100, shards.Count);
    }

    [Fact]
    public async Task Answers_that_become_known_in_any_order_are_told_in_order()
    {
        var shards = new ShuffledShards(seed: 7);
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        string body = string.Concat(Enumerable.Range(1, 20_000).Select(static i => Line(i) + "\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: Type)).Text);

        Assert.Equal(Enumerable.Range(1, 20_000), answers.Select(static a => a.GetProperty("line").GetInt32()));

        // An answer told before it was known would have no id.
        Assert.Equal(20_000, answers.Select(static a => a.GetProperty("id").GetString()).Distinct().Count());
        Assert.DoesNotContain(answers, static a => a.GetProperty("id").GetString() == Guid.Empty.ToString());
    }

    private static string Line(int i) => TestDoor.Body($"sms:+39333{i:0000000}", $"text {i}");

    private static JsonElement[] Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    private static string? CodeOf(JsonElement answer) => answer.TryGetProperty("problem", out JsonElement problem) ? problem.GetProperty("code").GetString() : null;

    private static int? StatusOf(JsonElement answer) => answer.TryGetProperty("problem", out JsonElement problem) ? problem.GetProperty("status").GetInt32() : null;

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
