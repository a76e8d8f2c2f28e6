using System.Text.Json;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary><c>/v1/conversations…</c> by HTTP.</summary>
public sealed class ConversationTests
{
    private const string Number = "sms:+393331234567";

    [Fact]
    public async Task One_that_only_went_out_can_be_looked_at_and_is_in_no_list()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);

        JsonElement shown = (await door.SendAsync("GET", $"/v1/conversations/{id}", role: "auditor")).Json;

        Assert.Equal((id, "open", null, Number, "+39300"), (Text(shown, "id"), Text(shown, "state"), Text(shown, "assignee"), Text(shown, "contact"), Text(shown, "sender")));
        Assert.Equal("""{"open":false}""", shown.GetProperty("window").GetRawText());
        Assert.Equal("""{"blocked":false,"restricted":false,"minor":false}""", shown.GetProperty("flags").GetRawText());
        Assert.Equal("hello", shown.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());
        Assert.Equal((0, 0), (shown.GetProperty("unread").GetInt32(), shown.GetProperty("notes").GetArrayLength()));
        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/conversations")).Text);
    }

    [Fact]
    public async Task Assign_close_and_reopen_are_answered_with_the_conversation_and_told()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);

        Assert.Equal(("open", "ada"), State(await ActAsync(door, id, "assign", """{"agent":"ada"}""")));
        Assert.Equal(("closed", "ada"), State(await ActAsync(door, id, "close")));
        Assert.Equal(("closed", "ada"), State(await ActAsync(door, id, "close")));
        Assert.Equal(("open", "ada"), State(await ActAsync(door, id, "reopen", "")));
        Assert.Equal(("open", null), State(await ActAsync(door, id, "assign", """{"agent":null}""")));

        JsonElement[] told = await EventsAsync(door, 5);
        Assert.Equal(["conversation.assigned", "conversation.closed", "conversation.reopened", "conversation.assigned"], told.Skip(1).Select(static e => Text(e, "type")));
        Assert.All(told.Skip(1), e => Assert.Equal(["id", "type", "at", "tenant", "conversation"], e.EnumerateObject().Select(static p => p.Name)));
        Assert.All(told, e => Assert.Equal(id, Text(e, "conversation")));
    }

    [Fact]
    public async Task The_list_shows_the_newest_first_by_state_and_assignee_page_by_page()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var ids = new List<string>();
        for (int i = 0; i < 9; i++)
        {
            string id = await ConversationAsync(door, "sms:+3933300000" + (10 + i));
            ids.Add(id);
            await ActAsync(door, id, "assign", $$"""{"agent":"{{(i % 2 == 0 ? "ada" : "bob")}}"}""");
            if (i % 3 == 0)
            {
                await ActAsync(door, id, "close");
            }
        }

        Assert.Equal(9, (await PagesAsync(door, "")).Count);
        Assert.Equal(Sorted([ids[0], ids[3], ids[6]]), (await PagesAsync(door, "&state=closed")).Order());
        Assert.Equal(Sorted(ids.Where(static (_, i) => i % 2 == 0)), (await PagesAsync(door, "&assignee=ada")).Order());
        Assert.Equal(Sorted([ids[2], ids[4], ids[8]]), (await PagesAsync(door, "&assignee=ada&state=open")).Order());
        Assert.Empty(await PagesAsync(door, "&assignee=eve"));
        await ActAsync(door, ids[4], "notes", """{"text":"looked into it"}""", 204);

        JsonElement first = (await door.SendAsync("GET", "/v1/conversations?limit=1")).Json.GetProperty("items")[0];
        Assert.Equal((ids[4], "sms:+393330000014", "+39300"), (Text(first, "id"), Text(first, "contact"), Text(first, "sender")));

        static IEnumerable<string> Sorted(IEnumerable<string> some) => some.Order();
    }

    [Fact]
    public async Task An_inbound_message_opens_the_window_and_is_unread_until_someone_who_may_answer_looks()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        Assert.True(ConversationId.TryParse(id, out ConversationId parsed));
        await ActAsync(door, id, "close");
        await door.Shards.ReceiveAsync(1, parsed);
        await door.Shards.ReceiveAsync(1, parsed);

        Assert.Equal(2, (await LookAsync(door, id, "auditor")).GetProperty("unread").GetInt32());
        JsonElement looked = await LookAsync(door, id, "agent");
        Assert.Equal((2, "open"), (looked.GetProperty("unread").GetInt32(), Text(looked, "state")));
        Assert.True(looked.GetProperty("window").GetProperty("open").GetBoolean());
        JsonElement again = await LookAsync(door, id, "agent");
        Assert.Equal(0, again.GetProperty("unread").GetInt32());
        Assert.NotNull(Text(again, "readAt"));

        door.Time.Advance(TimeSpan.FromHours(25));
        JsonElement late = await LookAsync(door, id, "agent");
        Assert.False(late.GetProperty("window").GetProperty("open").GetBoolean());
        Assert.Equal(Text(looked.GetProperty("window"), "until"), Text(late.GetProperty("window"), "until"));
    }

    [Fact]
    public async Task A_reply_goes_to_the_contact_from_the_conversations_own_sender_as_service()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door, more: ""","from":"Acme" """); // not the tenant's first
        await ConversationAsync(door); // and the contact's last sender is another

        Answer answer = await door.SendAsync("POST", $"/v1/conversations/{id}/messages", """ {"content":{"type":"text","text":"a reply"},"reference":"r 7"}""", "agent");

        Assert.True(answer.Status == 202, answer.Text);
        Assert.Equal(id, Text(answer.Json, "conversation"));
        JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + Text(answer.Json, "id"))).Json;
        Assert.Equal((Number, "Acme", "service", "r 7"), (Text(message, "to"), Text(message, "from"), Text(message, "purpose"), Text(message, "reference")));
        Assert.Equal("a reply", (await LookAsync(door, id, "agent")).GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());

        Answer marketing = await door.SendAsync("POST", $"/v1/conversations/{id}/messages", """{"purpose":"marketing","content":{"type":"text","text":"x"}}""");
        Assert.Equal("marketing", Text((await door.SendAsync("GET", "/v1/messages/" + Text(marketing.Json, "id"))).Json, "purpose"));
    }

    [Fact]
    public async Task A_reply_where_there_is_no_sender_stays_without_one()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        Answer first = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), "other"); // a tenant without senders
        string id = Text(first.Json, "conversation")!;

        Answer answer = await door.SendAsync("POST", $"/v1/conversations/{id}/messages", """{"content":{"type":"text","text":"a reply"}}""", "other");

        Assert.Equal((202, id), (answer.Status, Text(answer.Json, "conversation")));
    }

    [Fact]
    public async Task A_replys_idempotency_key_gives_the_same_answer()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        string other = await ConversationAsync(door, "sms:+393339999999");
        const string Reply = """{"content":{"type":"text","text":"once"}}""";

        Answer first = await door.SendAsync("POST", $"/v1/conversations/{id}/messages", Reply, headers: ("Idempotency-Key", "k1"));
        Answer second = await door.SendAsync("POST", $"/v1/conversations/{id}/messages", Reply, headers: ("Idempotency-Key", "k1"));

        Assert.Equal((202, first.Text), (second.Status, second.Text));
        (await door.SendAsync("POST", $"/v1/conversations/{other}/messages", Reply, headers: ("Idempotency-Key", "k1"))).IsProblem(422, "idempotency_key_reused");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/messages", Reply, headers: ("Idempotency-Key", new string('k', 256)))).IsProblem(400, "invalid_idempotency_key");
    }

    [Theory]
    [InlineData("""{"to":"sms:+393331234567","content":{"type":"text","text":"x"}}""", "unknown_field", "to")]
    [InlineData("""{"content":{"type":"text","text":"x"},"fro\u006d":"+39300"}""", "unknown_field", "from")]
    [InlineData("""{"content":{"type":"text","text":"x"},"colour":1}""", "unknown_field", "colour")]
    [InlineData("""{"content":{"type":"text","text":"x"},"purpose":"otp","purpose":"otp"}""", "duplicate_field", "purpose")]
    [InlineData("{}", "missing_field", "content")]
    [InlineData(" { } ", "missing_field", "content")]
    [InlineData("[]", "malformed_json", null)]
    [InlineData("", "malformed_json", null)]
    [InlineData("""{"content":""", "malformed_json", null)]
    [InlineData("""{"content":{"type":"text","text":"x"}} {}""", "malformed_json", null)]
    [InlineData("""{"\ud800":1}""", "malformed_json", null)]
    public async Task A_reply_that_is_wrong_is_refused_by_field(string body, string code, string? field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        int accepted = door.Shards.Accepted;

        (await door.SendAsync("POST", $"/v1/conversations/{id}/messages", body)).IsProblem(400, code, field);

        Assert.Equal(accepted, door.Shards.Accepted);
    }

    [Theory]
    [InlineData("assign", "{}", "missing_field", "agent")]
    [InlineData("assign", """{"agent":""}""", "invalid_value", "agent")]
    [InlineData("assign", """{"agent":7}""", "invalid_value", "agent")]
    [InlineData("assign", """{"agent":"a\u0000b"}""", "invalid_value", "agent")]
    [InlineData("assign", """{"agent":"ada","more":1}""", "unknown_field", "more")]
    [InlineData("notes", "{}", "missing_field", "text")]
    [InlineData("notes", """{"text":""}""", "invalid_value", "text")]
    [InlineData("notes", """{"text":null}""", "invalid_value", "text")]
    public async Task A_body_that_is_wrong_is_refused_by_field_and_changes_nothing(string act, string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);

        (await door.SendAsync("POST", $"/v1/conversations/{id}/{act}", body)).IsProblem(400, code, field);

        Assert.Empty(door.Journal.Store.Conversations());
    }

    [Fact]
    public async Task Names_and_notes_have_their_bounds()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);

        await ActAsync(door, id, "assign", $$"""{"agent":"{{new string('a', 64)}}"}""");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/assign", $$"""{"agent":"{{new string('a', 65)}}"}""")).IsProblem(400, "invalid_value", "agent");
        await ActAsync(door, id, "notes", $$"""{"text":"{{new string('a', 4_000)}}"}""", 204);
        await ActAsync(door, id, "notes", $$"""{"text":"{{string.Concat(Enumerable.Repeat("\\u00e9", 4_000))}}"}""", 204);
        (await door.SendAsync("POST", $"/v1/conversations/{id}/notes", $$"""{"text":"{{new string('a', 4_001)}}"}""")).IsProblem(400, "invalid_value", "text");
        for (int i = 0; i < 101; i++)
        {
            await ActAsync(door, id, "notes", $$"""{"text":"n{{i}}"}""", 204);
        }

        JsonElement[] notes = [.. (await LookAsync(door, id, "auditor")).GetProperty("notes").EnumerateArray()];
        Assert.Equal((100, "n1", "n100"), (notes.Length, Text(notes[0], "text"), Text(notes[^1], "text")));
    }

    [Theory]
    [InlineData("state=both", "invalid_parameter", "state")]
    [InlineData("limit=0", "invalid_parameter", "limit")]
    [InlineData("limit=201", "invalid_parameter", "limit")]
    [InlineData("assignee=", "invalid_parameter", "assignee")]
    [InlineData("after=AAAA", "invalid_cursor", null)]
    [InlineData("page=2", "unknown_parameter", "page")]
    public async Task A_query_that_is_wrong_is_refused_by_name(string query, string code, string? field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/v1/conversations?" + query)).IsProblem(400, code, field);
    }

    [Fact]
    public async Task Another_tenant_finds_nothing_of_it_and_changes_nothing()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        await ActAsync(door, id, "assign", """{"agent":"ada"}""");
        await ConversationAsync(door, "sms:+393335555555");
        await ActAsync(door, await ConversationAsync(door, "sms:+393335555556"), "close");
        string next = Text((await door.SendAsync("GET", "/v1/conversations?limit=1")).Json, "next")!;
        int accepted = door.Shards.Accepted;

        foreach ((string method, string path, string? body) in new[]
        {
            ("GET", "", null), ("POST", "/messages", """{"content":{"type":"text","text":"x"}}"""), ("POST", "/assign", """{"agent":"eve"}"""), ("POST", "/close", null),
            ("POST", "/reopen", null), ("POST", "/notes", """{"text":"x"}"""),
        })
        {
            (await door.SendAsync(method, $"/v1/conversations/{id}{path}", body, "other")).IsProblem(404, "not_found");
        }

        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/conversations", role: "other")).Text);
        (await door.SendAsync("GET", "/v1/conversations?after=" + next, role: "other")).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/messages?after=" + next)).IsProblem(400, "invalid_cursor"); // nor is it a place in another list
        Assert.Equal(accepted, door.Shards.Accepted);
        Assert.Equal(("open", "ada"), State((await door.SendAsync("GET", $"/v1/conversations/{id}")).Json));
    }

    [Theory]
    [InlineData("018f0000-0000-7000-8000-000000000000")]
    [InlineData("not-an-id")]
    public async Task What_is_no_conversation_is_404(string id)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", $"/v1/conversations/{id}")).IsProblem(404, "not_found");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/close")).IsProblem(404, "not_found");
        Assert.Empty(door.Journal.Store.Conversations());
    }

    [Fact]
    public async Task After_an_erasure_nothing_personal_is_shown_and_nothing_can_be_written()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        await ActAsync(door, id, "notes", """{"text":"knows the caretaker"}""", 204);
        door.Sealer.Destroy(door.Journal.Store.Snapshot()[0].Accepted.KeySlot);

        Answer looked = await door.SendAsync("GET", $"/v1/conversations/{id}");

        Assert.True(looked.Json.GetProperty("erased").GetBoolean());
        Assert.True(looked.Json.GetProperty("notesErased").GetBoolean());
        Assert.Equal(0, looked.Json.GetProperty("notes").GetArrayLength());
        Assert.DoesNotContain("393331234567", looked.Text, StringComparison.Ordinal);
        (await door.SendAsync("POST", $"/v1/conversations/{id}/messages", """{"content":{"type":"text","text":"x"}}""")).IsProblem(409, "contact_erased");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/assign", """{"agent":"ada"}""")).IsProblem(409, "contact_erased");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/notes", """{"text":"x"}""")).IsProblem(409, "contact_erased");
        Assert.Equal("closed", Text(await ActAsync(door, id, "close"), "state"));
    }

    [Fact]
    public async Task What_is_not_kept_is_503_and_storage_that_fails_too()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await ConversationAsync(door);
        door.Shards.ConversationsFail = true;

        (await door.SendAsync("POST", $"/v1/conversations/{id}/close")).IsProblem(503, "unavailable");
        (await door.SendAsync("POST", $"/v1/conversations/{id}/notes", """{"text":"x"}""")).IsProblem(503, "unavailable");
        door.Faults.Fault = new JournalUnavailableException("the disk is gone");
        (await door.SendAsync("GET", $"/v1/conversations/{id}")).IsProblem(503, "unavailable");
        (await door.SendAsync("GET", "/v1/conversations")).IsProblem(503, "unavailable");
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static (string?, string?) State(JsonElement json) => (Text(json, "state"), Text(json, "assignee"));

    private static async Task<string> ConversationAsync(TestDoor door, string to = Number, string more = "")
    {
        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(to, more: more));
        Assert.Equal(202, answer.Status);
        return Text(answer.Json, "conversation")!;
    }

    private static async Task<JsonElement> ActAsync(TestDoor door, string id, string act, string? body = null, int status = 200)
    {
        Answer answer = await door.SendAsync("POST", $"/v1/conversations/{id}/{act}", body, "agent");
        Assert.True(answer.Status == status, $"{answer.Status} {answer.Text}");
        return status == 204 ? default : answer.Json;
    }

    private static async Task<JsonElement> LookAsync(TestDoor door, string id, string role)
    {
        Answer answer = await door.SendAsync("GET", $"/v1/conversations/{id}", role: role);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }

    private static async Task<List<string>> PagesAsync(TestDoor door, string query)
    {
        var ids = new List<string>();
        string after = "";
        while (true)
        {
            Answer answer = await door.SendAsync("GET", "/v1/conversations?limit=2" + query + after, role: "agent");
            Assert.True(answer.Status == 200, answer.Text);
            JsonElement[] items = [.. answer.Json.GetProperty("items").EnumerateArray()];
            Assert.True(items.Length <= 2);
            ids.AddRange(items.Select(static i => Text(i, "id")!));
            if (!answer.Json.TryGetProperty("next", out JsonElement next))
            {
                return ids;
            }

            after = "&after=" + next.GetString();
        }
    }

    private static async Task<JsonElement[]> EventsAsync(TestDoor door, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", door.Key);
        Span<byte> begin = stackalloc byte[22];
        Positions.Cursor.WriteLog(door.Hash, 1, default, begin);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", System.Text.Encoding.ASCII.GetString(begin));
        using HttpResponseMessage response = await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var events = new List<JsonElement>();
        while (events.Count < count)
        {
            string line = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                events.Add(JsonDocument.Parse(line[6..]).RootElement);
            }
        }

        return [.. events];
    }
}
