using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary><c>GET</c> and <c>DELETE</c> of messages, and the list.</summary>
public sealed class MessageTests
{
    private const string Nobody = "018f0000-0000-7000-8000-000000000000";

    [Fact]
    public async Task A_message_is_shown_with_everything_it_has()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync(text: "hé", more: ",\"reference\":\"r\\\"1\",\"metadata\":{\"a\":1}");

        JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + id)).Json;

        Assert.Equal(
            ["id", "conversation", "direction", "purpose", "priority", "status", "segments", "to", "from", "content", "reference", "metadata", "events"],
            message.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(id, message.GetProperty("id").GetString());
        Assert.Equal("outbound", message.GetProperty("direction").GetString());
        Assert.Equal("sms:+393331234567", message.GetProperty("to").GetString());
        Assert.Equal("+39300", message.GetProperty("from").GetString());
        Assert.Equal("{\"type\":\"text\",\"text\":\"hé\"}", message.GetProperty("content").GetRawText());
        Assert.Equal("r\"1", message.GetProperty("reference").GetString());
        Assert.Equal(1, message.GetProperty("metadata").GetProperty("a").GetInt32());
        Assert.Equal(1, message.GetProperty("segments").GetInt32());
        JsonElement step = Assert.Single(message.GetProperty("events").EnumerateArray().ToArray());
        Assert.Equal("accepted", step.GetProperty("status").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", step.GetProperty("at").GetString());
    }

    [Fact]
    public async Task Its_events_name_provider_and_reason()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.Administration.PutProviderAsync("carrier", new ProviderSettings { Kind = "smpp", Channels = ["sms"] }, CancellationToken.None);
        string id = await door.PostAsync();
        AcceptedOf(door, id, out Engine.Journal.AcceptedMessage accepted);
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Queued, Reason.Limit), accepted.Id.Shard);
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Sent, provider: 1), accepted.Id.Shard);

        JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + id)).Json;

        Assert.Equal("sent", message.GetProperty("status").GetString());
        JsonElement[] events = [.. message.GetProperty("events").EnumerateArray()];
        Assert.Equal(["accepted", "queued", "sent"], events.Select(static e => e.GetProperty("status").GetString()));
        Assert.Equal("limit", events[1].GetProperty("reason").GetString());
        Assert.Equal("carrier", events[2].GetProperty("provider").GetString());
        Assert.False(events[2].TryGetProperty("reason", out _));
    }

    [Theory]
    [InlineData(MessageStatus.Scheduled, "scheduled")]
    [InlineData(MessageStatus.Sending, "sending")]
    [InlineData(MessageStatus.Queued, "queued")]
    public async Task What_only_the_shard_knows_overlays_what_is_kept(MessageStatus live, string shown)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        door.Shards.Live[Parse(id)] = new LiveMessage(true, live, 0);

        JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + id)).Json;

        Assert.Equal(shown, message.GetProperty("status").GetString());
        Assert.Single(message.GetProperty("events").EnumerateArray().ToArray());
    }

    [Fact]
    public async Task An_erased_message_shows_nothing_personal()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        AcceptedOf(door, id, out Engine.Journal.AcceptedMessage accepted);
        door.Sealer.Destroy(accepted.KeySlot);

        JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + id)).Json;

        Assert.True(message.GetProperty("erased").GetBoolean());
        Assert.False(message.TryGetProperty("to", out _));
        Assert.False(message.TryGetProperty("content", out _));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_message_of_another_tenant_is_404_like_one_that_never_was(string method)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();

        Answer theirs = await door.SendAsync(method, "/v1/messages/" + id, role: "other");
        Answer nobodys = await door.SendAsync(method, "/v1/messages/" + Nobody, role: "other");
        Answer noId = await door.SendAsync(method, "/v1/messages/nonsense", role: "other");

        theirs.IsProblem(404, "not_found");
        Assert.Equal(theirs.Text, nobodys.Text);
        Assert.Equal(theirs.Text, noId.Text);
    }

    [Fact]
    public async Task A_cancelled_message_is_shown()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();

        Answer answer = await door.SendAsync("DELETE", "/v1/messages/" + id);

        Assert.Equal(200, answer.Status);
        Assert.Equal("cancelled", answer.Json.GetProperty("status").GetString());
        Assert.Equal(id, answer.Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(CancelOutcome.AlreadyLeft)]
    [InlineData(CancelOutcome.NotFound)]
    public async Task A_cancel_asked_again_is_answered_like_the_first(CancelOutcome again)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        Answer first = await door.SendAsync("DELETE", "/v1/messages/" + id);
        door.Shards.Cancel = again;

        Answer second = await door.SendAsync("DELETE", "/v1/messages/" + id);

        Assert.Equal(200, second.Status);
        Assert.Equal(first.Text, second.Text);
    }

    [Theory]
    [InlineData(CancelOutcome.AlreadyLeft, 409, "already_left")]
    [InlineData(CancelOutcome.NotFound, 503, "unavailable")] // it waits, whoever says that it knows nothing of it lost its shard a moment ago
    [InlineData(CancelOutcome.Unavailable, 503, "unavailable")]
    public async Task A_message_that_cannot_be_cancelled_says_why(CancelOutcome outcome, int status, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        door.Shards.Cancel = outcome;

        (await door.SendAsync("DELETE", "/v1/messages/" + id)).IsProblem(status, code);
    }

    [Theory]
    [InlineData(MessageStatus.Sent, "sent", "The message has left")]
    [InlineData(MessageStatus.Delivered, "delivered", "The message was delivered")]
    [InlineData(MessageStatus.Read, "read", "The message was delivered")]
    [InlineData(MessageStatus.Undelivered, "undelivered", "The message left and was not delivered")]
    [InlineData(MessageStatus.Expired, "expired", "The message has ended")]
    [InlineData(MessageStatus.Rejected, "rejected", "The message has ended")]
    public async Task A_message_that_cannot_be_cancelled_any_more_says_which_it_was(MessageStatus status, string word, string detail)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        (AcceptedMessage accepted, _, _) = Assert.Single(door.Journal.Store.Snapshot());
        await door.Shards.AppendAsync(Some.Status(accepted, status), accepted.Id.Shard);
        door.Shards.Cancel = CancelOutcome.NotFound;

        Answer answer = await door.SendAsync("DELETE", "/v1/messages/" + id);

        answer.IsProblem(409, "already_left");
        Assert.Equal(word, answer.Json.GetProperty("messageStatus").GetString());
        Assert.StartsWith(detail, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_just_being_sent_cannot_be_cancelled_and_says_so()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync();
        (AcceptedMessage accepted, _, _) = Assert.Single(door.Journal.Store.Snapshot());
        door.Shards.Live[accepted.Id] = new LiveMessage(true, MessageStatus.Sending, 1);
        door.Shards.Cancel = CancelOutcome.AlreadyLeft;

        Answer answer = await door.SendAsync("DELETE", "/v1/messages/" + id);

        answer.IsProblem(409, "already_left");
        Assert.Equal("sending", answer.Json.GetProperty("messageStatus").GetString());
    }

    [Fact]
    public async Task A_list_is_paged_by_an_opaque_cursor_newest_first()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var posted = new List<string>();
        for (int i = 0; i < 7; i++)
        {
            posted.Add(await door.PostAsync());
        }

        await door.PostAsync(role: "other");
        var listed = new List<string>();
        string? after = null;
        int pages = 0;
        do
        {
            JsonElement page = (await door.SendAsync("GET", "/v1/messages?limit=3" + (after is null ? "" : "&after=" + after))).Json;
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(static m => m.GetProperty("id").GetString()!));
            after = page.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
            pages++;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Reverse(posted), listed);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task A_cursor_of_another_tenant_or_made_up_is_400()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.PostAsync();
        await door.PostAsync();
        string mine = (await door.SendAsync("GET", "/v1/messages?limit=1")).Json.GetProperty("next").GetString()!;

        (await door.SendAsync("GET", "/v1/messages?after=" + mine, role: "other")).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/messages?after=AAAAAAAAAAAAAAAAAAAAAA")).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/messages?after=1")).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/messages?after=")).IsProblem(400, "invalid_cursor");
        Assert.Equal(200, (await door.SendAsync("GET", "/v1/messages?after=" + mine)).Status);

        // The places where a position in one list is none in the other.
        (await door.SendAsync("GET", "/v1/events", headers: ("Last-Event-ID", mine))).IsProblem(400, "invalid_cursor");
    }

    [Fact]
    public async Task A_list_is_narrowed_by_conversation_and_status()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string a = await door.PostAsync("sms:+393331111111");
        string b = await door.PostAsync("sms:+393332222222");
        string c = await door.PostAsync("sms:+393332222222");
        await door.SendAsync("DELETE", "/v1/messages/" + c);
        door.Shards.Live[Parse(a)] = new LiveMessage(true, MessageStatus.Scheduled, 0);
        string conversation = (await door.SendAsync("GET", "/v1/messages/" + b)).Json.GetProperty("conversation").GetString()!;

        Assert.Equal([c, b], await IdsAsync("?conversation=" + conversation));
        Assert.Equal([b], await IdsAsync("?status=accepted"));
        Assert.Equal([a], await IdsAsync("?status=scheduled"));
        Assert.Equal([c], await IdsAsync("?status=cancelled"));
        Assert.Equal([c], await IdsAsync($"?status=cancelled&conversation={conversation}"));
        Assert.Empty(await IdsAsync("?status=sending"));

        async Task<IEnumerable<string>> IdsAsync(string query) =>
            (await door.SendAsync("GET", "/v1/messages" + query)).Json.GetProperty("items").EnumerateArray().Select(static m => m.GetProperty("id").GetString()!);
    }

    [Theory]
    [InlineData("?limit=0", "invalid_parameter")]
    [InlineData("?limit=201", "invalid_parameter")]
    [InlineData("?limit=x", "invalid_parameter")]
    [InlineData("?limit=1&limit=2", "invalid_parameter")]
    [InlineData("?status=lost", "invalid_parameter")]
    [InlineData("?conversation=x", "invalid_parameter")]
    [InlineData("?colour=red", "unknown_parameter")]
    public async Task A_wrong_query_is_400(string query, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/v1/messages" + query)).IsProblem(400, code);
    }

    private static MessageId Parse(string id) => MessageId.TryParse(id, out MessageId parsed) ? parsed : throw new FormatException();

    private static void AcceptedOf(TestDoor door, string id, out Engine.Journal.AcceptedMessage accepted) =>
        accepted = door.Journal.Store.Snapshot().Single(m => m.Accepted.Id == Parse(id)).Accepted;
}
