using System.Text;
using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> with one message.</summary>
public sealed class SingleMessageTests
{
    [Fact]
    public async Task A_message_is_accepted_with_its_id_and_conversation()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        Assert.Equal(202, answer.Status);
        Assert.Equal("application/json", answer.Type);
        Assert.Equal(["id", "status", "conversation"], answer.Json.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("accepted", answer.Json.GetProperty("status").GetString());
        Assert.Equal(1, door.Journal.Store.MessageCount);
        (_, MessageStatus _, _) = Assert.Single(door.Journal.Store.Snapshot());
    }

    [Theory]
    [InlineData("", "malformed_json", null)]
    [InlineData("[]", "malformed_json", null)]
    [InlineData("{", "malformed_json", null)]
    [InlineData("{}", "missing_field", null)]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"a"},"colour":"red"}""", "unknown_field", "colour")]
    [InlineData("""{"to":"sms:0039333","purpose":"otp","content":{"type":"text","text":"a"}}""", "invalid_address", "to")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"gossip","content":{"type":"text","text":"a"}}""", "invalid_value", "purpose")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"a"},"region":"EU"}""", "invalid_value", "region")]
    public async Task A_malformed_body_is_refused_by_name(string body, string code, string? field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", body);

        answer.IsProblem(400, code, field);
        Assert.Equal(0, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_region_is_kept_with_the_message()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(more: ",\"region\":\"eu\""));
        Answer without = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        Assert.Equal((202, 202), (answer.Status, without.Status));
        Assert.Equal([RegionTag.Of("eu"), 0u], door.Journal.Store.Snapshot().Select(static m => m.Accepted.Region));
    }

    [Fact]
    public async Task A_fallback_is_kept_before_its_message_which_shows_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:ada@example.com\",\"afterSeconds\":30},\"reference\":\"r\""));

        Assert.Equal(202, answer.Status);
        (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)[] kept = [.. door.Journal.Store.Snapshot()];
        AcceptedMessage fallback = kept.Single(static m => m.Accepted.IsDormant).Accepted;
        AcceptedMessage message = kept.Single(static m => !m.Accepted.IsDormant).Accepted;
        Assert.Equal((fallback.Id, 30, Channel.Email, message.Purpose, true), (message.Fallback, message.FallbackAfterSeconds, fallback.Channel, fallback.Purpose, fallback.HasReference));
        Answer shown = await door.SendAsync("GET", $"/v1/messages/{message.Id}");
        Assert.Equal($$"""{"message":"{{fallback.Id}}"}""", shown.Json.GetProperty("fallback").GetRawText());
        Answer second = await door.SendAsync("GET", $"/v1/messages/{fallback.Id}");
        Assert.Equal(("email:ada@example.com", "r"), (second.Json.GetProperty("to").GetString(), second.Json.GetProperty("reference").GetString()));
        Assert.False(second.Json.TryGetProperty("fallback", out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fallback_whose_message_is_refused_is_withdrawn(bool asLines)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = static request => request.IsDormant ? Intake.Queued : Intake.TenantFull;
        string body = TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:ada@example.com\"}") + "\n";

        Answer answer = await door.SendAsync("POST", "/v1/messages", body, type: asLines ? Ndjson.MediaType : "application/json");

        Assert.Contains("too_many_waiting", answer.Text, StringComparison.Ordinal);
        await Ndjson.Until(() => door.Journal.Store.Snapshot().Single() is { Accepted.IsDormant: true, Status: MessageStatus.Cancelled });
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)] // it may be kept all the same, and need its fallback
    public async Task A_fallback_whose_message_is_certainly_not_kept_is_withdrawn(bool asLines, bool isCertain)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = request =>
        {
            request.IsKnownUnkept = isCertain;
            return request.IsDormant ? AcceptOutcome.Accepted : AcceptOutcome.Unavailable;
        };
        string body = TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:ada@example.com\"}") + "\n";

        Answer answer = await door.SendAsync("POST", "/v1/messages", body, type: asLines ? Ndjson.MediaType : "application/json");

        Assert.Contains("unavailable", answer.Text, StringComparison.Ordinal);
        if (isCertain)
        {
            await Ndjson.Until(() => door.Journal.Store.Snapshot().Single().Status == MessageStatus.Cancelled);
        }
        else
        {
            Assert.Equal(MessageStatus.Accepted, door.Journal.Store.Snapshot().Single().Status);
        }
    }

    [Theory]
    [InlineData(AcceptOutcome.Unavailable, 503, "unavailable")]
    [InlineData(AcceptOutcome.OtherBody, 422, "idempotency_key_reused")]
    public async Task A_message_whose_fallback_is_not_kept_is_not_kept(AcceptOutcome outcome, int status, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = request => request.IsDormant ? outcome : AcceptOutcome.Accepted;

        (await door.SendAsync("POST", "/v1/messages", TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:ada@example.com\"}"))).IsProblem(status, code);
        Assert.Equal(0, door.Journal.Store.MessageCount);
    }

    [Fact]
    public async Task A_body_of_64_KiB_is_taken_and_one_byte_more_is_413()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = TestDoor.Body(more: ",\"metadata\":{}");
        string fits = body + new string(' ', (64 * 1024) - body.Length);

        Answer most = await door.SendAsync("POST", "/v1/messages", fits);
        Answer tooMuch = await door.SendAsync("POST", "/v1/messages", fits + " ");

        Assert.Equal(202, most.Status);
        tooMuch.IsProblem(413, "too_large");
    }

    [Fact]
    public async Task A_chunked_body_over_64_KiB_is_413()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json");
        await raw.SendChunkAsync(new string(' ', (64 * 1024) + 1));

        Assert.StartsWith("HTTP/1.1 413", await raw.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains("too_large", await raw.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_read_whole()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json; charset=utf-8");
        foreach (char one in TestDoor.Body())
        {
            await raw.SendChunkAsync(one.ToString());
        }

        await raw.EndChunksAsync();
        Assert.StartsWith("HTTP/1.1 202", await raw.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/jsonx")]
    public async Task Other_media_types_are_415(string type)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), type: type)).IsProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task What_curl_says_of_a_body_by_itself_is_taken_for_JSON(string type)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Assert.Equal(202, (await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), type: type)).Status);
    }

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json", 2, "Content-Encoding: gzip\r\n");
        await raw.SendAsync("{}");

        Assert.StartsWith("HTTP/1.1 415", await raw.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Intake.Full, 503, "busy")]
    [InlineData(Intake.NoOwner, 503, "unavailable")]
    [InlineData(Intake.TenantFull, 429, "too_many_waiting")]
    public async Task What_the_shard_cannot_take_is_told_with_a_time_to_come_back(Intake intake, int status, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = _ => intake;

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "a"));

        answer.IsProblem(status, code);
        Assert.True(int.Parse(answer.Headers["Retry-After"]) >= 1);

        // Nothing is left in flight.
        door.Shards.Refuse = null;
        Assert.Equal(202, (await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "a"))).Status);
    }

    [Fact]
    public async Task What_could_not_be_kept_is_503()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Fail = static _ => AcceptOutcome.Unavailable;

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        answer.IsProblem(503, "unavailable");
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task The_same_key_with_the_same_body_gives_the_same_answer()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer first = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));
        Answer again = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));

        Assert.Equal(202, first.Status);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(202, again.Status);
        Assert.Equal(1, door.Journal.Store.MessageCount);
    }

    [Theory]
    [InlineData("sms:+393331234567", "bye")]
    [InlineData("sms:+393337654321", "hello")]
    public async Task The_same_key_with_another_body_is_422(string to, string text)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));

        Answer other = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(to, text), headers: ("Idempotency-Key", "order-1"));

        other.IsProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task The_same_key_in_flight_is_409()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Gate.Close();
        Task<Answer> first = door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));
        await door.Shards.Gate.Arrived;

        Answer second = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));
        door.Shards.Gate.Open();

        second.IsProblem(409, "idempotency_in_flight");
        Assert.Equal(202, (await first).Status);
    }

    [Fact]
    public async Task Keys_of_one_tenant_are_not_anothers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer mine = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", "order-1"));
        Answer theirs = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(text: "other"), "other", headers: ("Idempotency-Key", "order-1"));

        Assert.Equal([202, 202], [mine.Status, theirs.Status]);
        Assert.NotEqual(mine.Json.GetProperty("id").GetString(), theirs.Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("ünicode")]
    [InlineData("")]
    public async Task A_key_that_is_not_visible_ASCII_is_400(string key)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json", 2, $"Idempotency-Key: {key}\r\n");
        await raw.SendAsync("{}");

        Assert.StartsWith("HTTP/1.1 400", await raw.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_255_characters_is_taken_and_one_of_256_is_400()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer most = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", new string('k', 255)));
        Answer tooLong = await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Idempotency-Key", new string('k', 256)));

        Assert.Equal(202, most.Status);
        tooLong.IsProblem(400, "invalid_idempotency_key");
    }

    [Fact]
    public async Task What_is_kept_is_what_was_sent()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = await door.PostAsync(text: "caff\\u00e8 \\\"x\\\"", more: ",\"reference\":\"r-1\",\"metadata\":{\"a\":[1, 2]},\"from\":\"Acme\",\"priority\":\"high\"");

        Assert.True(MessageId.TryParse(id, out MessageId parsed));
        Engine.Journal.StoredMessage stored = (await door.Journal.FindMessageAsync(1, parsed, CancellationToken.None))!;
        var record = MessageRecord.Read(stored.Record);

        Assert.Equal("+393331234567", Encoding.UTF8.GetString(record.To));
        Assert.Equal("caffè \"x\"", Encoding.UTF8.GetString(record.Text));
        Assert.Equal("r-1", Encoding.UTF8.GetString(record.Reference));
        Assert.Equal("{\"a\":[1, 2]}", Encoding.UTF8.GetString(record.Metadata));
        Assert.Equal("Acme", Encoding.UTF8.GetString(record.From));
        Assert.Equal(Priority.High, stored.Accepted.Priority);
        Assert.True(stored.Accepted.HasReference);
    }

    [Fact]
    public async Task A_server_that_stops_takes_no_more()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        // The connection is there before the stop, its request comes after.
        await raw.SendHeadAsync("GET", "/healthz", door.Key);
        await raw.ReadHeadAsync();
        await raw.ReadLineAsync();
        door.BeginToStop();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json", 2);
        await raw.SendAsync("{}");

        string head = await raw.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 503", head, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 2", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_get_their_own_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        string[] ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => door.PostAsync($"sms:+39333{i:0000000}", $"text {i}")));

        Assert.Equal(200, ids.Distinct().Count());
        foreach ((string id, int i) in ids.Select(static (id, i) => (id, i)).Where(static p => p.i % 20 == 0))
        {
            JsonElement message = (await door.SendAsync("GET", "/v1/messages/" + id)).Json;
            Assert.Equal($"text {i}", message.GetProperty("content").GetProperty("text").GetString());
        }
    }
}
