using System.Text.Json;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;
using static Router.FrontDoor.Tests.Doubles.Ndjson;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> as a stream of lines: what the answers say, and in which order.</summary>
public sealed class LineAnswerTests
{
    [Fact]
    public async Task Answers_come_in_the_order_of_the_lines()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 2_000).Select(static i => Line(i) + "\n"));

        Answer answer = await door.SendAsync("POST", "/v1/messages", body, type: MediaType);

        Assert.Equal(200, answer.Status);
        Assert.Equal(MediaType, answer.Type);
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

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

        Assert.Equal([1, 2, 4, 5, 6, 7], answers.Select(static a => a.GetProperty("line").GetInt32()));
        Assert.Equal([null, "malformed_json", null, "invalid_address", "too_large", null], answers.Select(CodeOf));
        Assert.Equal([null, 400, null, 400, 413, null], answers.Select(StatusOf));
        Assert.Equal(["status", "code", "detail", "field"], answers[3].GetProperty("problem").EnumerateObject().Select(static p => p.Name));
        Assert.Equal(3, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task Lines_with_a_fallback_keep_their_order_with_those_without()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 60).Select(static i =>
            TestDoor.Body(text: "text " + i, more: i % 3 == 0 ? ",\"fallback\":{\"to\":\"email:ada@example.com\"}" : "") + "\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

        string[] ids = [.. answers.Select(static a => a.GetProperty("id").GetString()!)];
        Assert.Equal(ids, door.Journal.Store.Snapshot().Where(static m => !m.Accepted.IsDormant).Select(static m => m.Accepted.Id.ToString()));
        Assert.Equal(20, door.Journal.Store.Snapshot().Count(static m => m.Accepted.Fallback != default));
        Assert.Equal(20, door.Journal.Store.Snapshot().Count(static m => m.Accepted.IsDormant));
    }

    [Fact]
    public async Task A_line_whose_fallback_is_not_kept_is_refused_and_the_others_go_on()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = static request => request.IsDormant ? AcceptOutcome.Unavailable : AcceptOutcome.Accepted;
        string body = string.Concat(Enumerable.Range(1, 6).Select(static i =>
            TestDoor.Body(text: "text " + i, more: i % 2 == 0 ? ",\"fallback\":{\"to\":\"email:ada@example.com\"}" : "") + "\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

        Assert.Equal([null, "unavailable", null, "unavailable", null, "unavailable"], answers.Select(CodeOf));
        Assert.Equal(3, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_stream_without_lines_is_answered_by_none()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", "\n \n", type: MediaType);

        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Text);
    }

    [Fact]
    public async Task An_answer_comes_before_the_next_line_is_sent()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
        await raw.ReadHeadAsync();

        foreach (char one in Line(1) + "\n")
        {
            await raw.SendChunkAsync(one.ToString());
        }

        Assert.StartsWith("{\"line\":1,\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_kept_is_told_line_by_line()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = static r => r.Token % 2 == 0 ? AcceptOutcome.Accepted : AcceptOutcome.Unavailable;

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", string.Join('\n', Enumerable.Range(1, 6).Select(Line)), type: MediaType)).Text);

        Assert.Equal([null, 503, null, 503, null, 503], answers.Select(StatusOf));
    }

    [Fact]
    public async Task A_stream_sent_again_under_its_key_gives_the_same_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 50).Select(static i => Line(i) + "\n"));

        Answer first = await door.SendAsync("POST", "/v1/messages", body, type: MediaType, headers: ("Idempotency-Key", "batch-1"));
        Answer again = await door.SendAsync("POST", "/v1/messages", body, type: MediaType, headers: ("Idempotency-Key", "batch-1"));
        Answer shifted = await door.SendAsync("POST", "/v1/messages", "\n" + body, type: MediaType, headers: ("Idempotency-Key", "batch-1"));

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
        Task<Answer> first = door.SendAsync("POST", "/v1/messages", Line(1), type: MediaType, headers: ("Idempotency-Key", "k"));
        await door.Shards.Gate.Arrived;

        JsonElement second = Parse((await door.SendAsync("POST", "/v1/messages", Line(1), type: MediaType, headers: ("Idempotency-Key", "k"))).Text).Single();
        door.Shards.Gate.Open();

        Assert.Equal("idempotency_in_flight", CodeOf(second));
        Assert.Null(CodeOf(Parse((await first).Text).Single()));
    }

    [Fact]
    public async Task Answers_that_become_known_in_any_order_are_told_in_order()
    {
        var shards = new ShuffledShards(seed: 7);
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        string body = string.Concat(Enumerable.Range(1, 20_000).Select(static i => Line(i) + "\n"));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

        Assert.Equal(Enumerable.Range(1, 20_000), answers.Select(static a => a.GetProperty("line").GetInt32()));

        // An answer told before it was known would have no id.
        Assert.Equal(20_000, answers.Select(static a => a.GetProperty("id").GetString()).Distinct().Count());
        Assert.DoesNotContain(answers, static a => a.GetProperty("id").GetString() == Guid.Empty.ToString());
    }
}
