using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary><c>Prefer: wait</c> (RFC 7240, DESIGN §6).</summary>
public sealed class PreferTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(5, "wait=5")]
    [InlineData(5, "Wait = \"5\" ; x=y")]
    [InlineData(30, "wait=30")]
    [InlineData(30, "wait=31")]
    [InlineData(30, "wait=99999999999999999999")]
    [InlineData(0, "wait=0")]
    [InlineData(0, "wait")]
    [InlineData(0, "wait=")]
    [InlineData(0, "wait=-5")]
    [InlineData(0, "wait=1.5")]
    [InlineData(0, "waiting=5")]
    [InlineData(0, "respond-async, handling=lenient")]
    [InlineData(7, "respond-async, wait=7, wait=9")]
    [InlineData(0, "wait=x, wait=9")]
    [InlineData(7, "respond-async", "wait=7")]
    [InlineData(7, "a=\"x, wait=3\\\", wait=4\", wait=7")]
    [InlineData(0, "a=\"x, wait=3")]
    [InlineData(0, "a=\"x\\")]
    [InlineData(7, ",,; ,wait=7,")]
    public void The_header_is_read_as_RFC_7240_has_it(int seconds, params string[] values)
    {
        var context = new DefaultHttpContext();
        if (values.Length > 0)
        {
            context.Request.Headers["Prefer"] = values;
        }

        Assert.Equal(seconds, PreferHeader.WaitSeconds(context.Request));
    }

    [Fact]
    public async Task The_answer_is_the_message_as_it_stands_once_the_verdict_is_known()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var verdict = new TaskCompletionSource<bool>();
        var watched = new TaskCompletionSource<TimeSpan>();
        door.Shards.Watch = (limit, _) =>
        {
            watched.SetResult(limit);
            return verdict.Task;
        };
        Task<Answer> asked = Ask(door, "wait=5");
        Assert.Equal(TimeSpan.FromSeconds(5), await watched.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.False(asked.IsCompleted);
        (AcceptedMessage accepted, _, _) = Assert.Single(door.Journal.Store.Snapshot());
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Rejected, Reason.OptedOut), accepted.Id.Shard);
        verdict.SetResult(true);

        Answer answer = await asked;

        Assert.Equal(200, answer.Status);
        Assert.Equal("wait=5", answer.Headers["Preference-Applied"]);
        Assert.Equal(("rejected", "opted_out"), (answer.Json.GetProperty("status").GetString(), answer.Json.GetProperty("events")[1].GetProperty("reason").GetString()));
        Assert.Equal(answer.Text, (await door.SendAsync("GET", "/v1/messages/" + answer.Json.GetProperty("id").GetString())).Text);
    }

    [Fact]
    public async Task When_the_time_is_over_it_is_the_message_as_it_stands()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Watch = static (_, _) => Task.FromResult(false);
        Answer answer = await Ask(door, "wait=60");
        Assert.Equal((200, "accepted", "wait=30"), (answer.Status, answer.Json.GetProperty("status").GetString(), answer.Headers["Preference-Applied"]));
    }

    [Fact]
    public async Task Without_the_wish_and_with_one_not_understood_it_is_202()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Watch = static (_, _) => throw new InvalidOperationException("nobody waits");
        Answer answer = await Ask(door, "respond-async, wait=soon");
        Assert.Equal(202, answer.Status);
        Assert.DoesNotContain("Preference-Applied", answer.Headers.Keys);
    }

    [Fact]
    public async Task A_message_that_cannot_be_shown_is_accepted_all_the_same()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Faults.Fault = new JournalUnavailableException("the disk is gone");
        Answer answer = await Ask(door, "wait=5");
        Assert.Equal((202, "accepted"), (answer.Status, answer.Json.GetProperty("status").GetString()));
        Assert.Equal(1, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task Who_waits_is_answered_when_the_server_begins_to_stop()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var watched = new TaskCompletionSource();
        door.Shards.Watch = async (_, cancelled) =>
        {
            watched.SetResult();
            await Task.Delay(Timeout.Infinite, cancelled);
            return false;
        };
        Task<Answer> asked = Ask(door, "wait=30");
        await watched.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        door.BeginToStop();
        Answer answer = await asked.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal((200, "accepted"), (answer.Status, answer.Json.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_client_that_goes_ends_its_watch()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var watched = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        door.Shards.Watch = async (_, token) =>
        {
            token.Register(cancelled.SetResult);
            watched.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return false;
        };
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(TestDoor.Body(), null, "application/json") };
        request.Headers.Authorization = new("Bearer", door.Key);
        request.Headers.Add("Prefer", "wait=30");
        Task<HttpResponseMessage> asked = door.Http.SendAsync(request, leaving.Token);
        await watched.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        await leaving.CancelAsync();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task A_repeat_of_a_key_shows_the_first_message()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        Answer first = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "k"));
        Answer again = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), "owner", "application/json", ("Idempotency-Key", "k"), ("Prefer", "wait=5"));
        Assert.Equal((200, first.Json.GetProperty("id").GetString()), (again.Status, again.Json.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_reply_waits_too_and_may_be_of_a_template()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"Code {{ code }}"}""");
        Answer first = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());
        string reply = $"/v1/conversations/{first.Json.GetProperty("conversation").GetString()}/messages";
        Answer answer = await door.SendAsync(
            "POST", reply, """{"content":{"type":"template","name":"code","language":"en","parameters":{"code":7}}}""", headers: ("Prefer", "wait=5"));
        Assert.Equal((200, "wait=5"), (answer.Status, answer.Headers["Preference-Applied"]));
        Assert.Equal("template", answer.Json.GetProperty("content").GetProperty("type").GetString());
        Assert.Equal("\"waiting\";r=1000000", answer.Headers["RateLimit"]);
        Assert.Equal("Code 7", door.Shards.LastText);
    }

    [Fact]
    public async Task Refusals_and_lines_do_not_wait()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Watch = static (_, _) => throw new InvalidOperationException("nobody waits");
        (await door.SendAsync("POST", "/v1/messages", "{}", headers: ("Prefer", "wait=5"))).IsProblem(400, "missing_field");
        Answer lines = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), type: "application/x-ndjson", headers: ("Prefer", "wait=5"));
        Assert.Equal((200, "accepted"), (lines.Status, JsonDocument.Parse(lines.Text).RootElement.GetProperty("status").GetString()));
        Assert.DoesNotContain("Preference-Applied", lines.Headers.Keys);
    }

    private static Task<Answer> Ask(TestDoor door, string prefer) => door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Prefer", prefer));
}
