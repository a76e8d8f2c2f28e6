using System.Text.Json;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary><c>GET /v1/events</c>.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Events_come_from_now_on_in_commit_order_with_their_fields()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.Administration.PutProviderAsync("carrier", new ProviderSettings { Kind = "smpp", Channels = ["sms"] }, CancellationToken.None);
        await door.PostAsync(text: "before");
        await using RawConnection stream = await OpenAsync(door);

        string id = await door.PostAsync(more: ",\"reference\":\"my \\\"ref\\\"\"");
        AcceptedMessage accepted = AcceptedOf(door, id);
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Queued, Reason.Limit), accepted.Id.Shard);
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Sent, provider: 1), accepted.Id.Shard);
        await door.PostAsync(role: "other");
        await door.Shards.SetFlagsAsync(1, accepted.Contact, FlagsChange.Of(static f => f.WithBlocked(true)), CancellationToken.None);

        Event first = await NextAsync(stream);
        Event second = await NextAsync(stream);
        Event third = await NextAsync(stream);
        Event fourth = await NextAsync(stream);

        Assert.Equal(["message.accepted", "message.queued", "message.sent", "consent.changed"], new[] { first, second, third, fourth }.Select(static e => e.Type));
        Assert.Equal(["id", "type", "at", "tenant", "message", "conversation", "status", "reference"], Names(first));
        Assert.Equal(["id", "type", "at", "tenant", "message", "conversation", "status", "reason"], Names(second)[..8]);
        Assert.Equal(["id", "type", "at", "tenant", "message", "conversation", "status", "provider"], Names(third)[..8]);
        Assert.Equal(["id", "type", "at", "tenant"], Names(fourth));
        Assert.Equal(id, first.Data.GetProperty("message").GetString());
        Assert.Equal("acme", first.Data.GetProperty("tenant").GetString());
        Assert.Equal("accepted", first.Data.GetProperty("status").GetString());
        Assert.Equal("limit", second.Data.GetProperty("reason").GetString());
        Assert.Equal("carrier", third.Data.GetProperty("provider").GetString());
        Assert.Equal("my \"ref\"", first.Data.GetProperty("reference").GetString());
        Assert.Equal("my \"ref\"", third.Data.GetProperty("reference").GetString());
        Assert.All(new[] { first, second, third, fourth }, static e => Assert.Equal(e.Type, e.Data.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_stream_that_finds_nothing_in_a_long_log_ends_with_its_client()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Faults.Endless = true;
        await using (RawConnection stream = await OpenAsync(door))
        {
            long before = Interlocked.Read(ref door.Faults.Reads);
            while (Interlocked.Read(ref door.Faults.Reads) < before + 100)
            {
                await door.SendAsync("GET", "/healthz");
            }
        }

        // Over once no more is read while many others are answered.
        long reads = 0;
        int still = 0;
        for (int looks = 0; still < 200; looks++)
        {
            Assert.True(looks < 2_000, "it reads on for nobody");
            await door.SendAsync("GET", "/healthz");
            long now = Interlocked.Read(ref door.Faults.Reads);
            still = now == reads ? still + 1 : 0;
            reads = now;
        }

        door.Faults.Endless = false;
    }

    [Fact]
    public async Task Streams_and_webhooks_far_behind_read_one_at_a_time()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true });
        await using RawConnection first = await OpenAsync(door);
        string now = await PositionAsync(first);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await door.SendAsync("PUT", $"/v1/webhooks/w{i}", """{"url":"http://127.0.0.1:9/","events":["*"]}""")).Status);
        }

        door.Faults.Endless = true;
        var streams = new List<RawConnection>();
        for (int i = 0; i < 8; i++)
        {
            streams.Add(await OpenAsync(door, now));
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(202, (await door.SendAsync("POST", $"/v1/webhooks/w{i}/redeliver", $$"""{"after":"{{now}}"}""")).Status);
        }

        long before = Interlocked.Read(ref door.Faults.Reads);
        while (Interlocked.Read(ref door.Faults.Reads) < before + 100)
        {
            await door.SendAsync("GET", "/healthz");
        }

        Assert.Equal(1, door.Faults.ReadsAtOnceMax);
        door.Faults.Endless = false;
        foreach (RawConnection stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_position_goes_on_after_its_event_and_the_events_are_the_same()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door);
        for (int i = 0; i < 5; i++)
        {
            await door.PostAsync();
        }

        Event[] told = [await NextAsync(stream), await NextAsync(stream), await NextAsync(stream), await NextAsync(stream), await NextAsync(stream)];
        await using RawConnection again = await OpenAsync(door, told[1].Position);

        for (int i = 2; i < 5; i++)
        {
            Event repeated = await NextAsync(again);
            Assert.Equal(told[i].Position, repeated.Position);
            Assert.Equal(told[i].Data.GetRawText(), repeated.Data.GetRawText());
        }

        Assert.Equal(5, told.Select(static e => e.Data.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(told, static e => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", e.Data.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task The_position_told_at_once_leaves_nothing_out_and_repeats_nothing()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.PostAsync();
        string position;
        await using (RawConnection stream = await OpenAsync(door))
        {
            position = await PositionAsync(stream);
        }

        string id = await door.PostAsync();
        await using RawConnection again = await OpenAsync(door, position);

        Assert.Equal(id, (await NextAsync(again)).Data.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Thousands_of_events_are_told_each_once()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string position;
        await using (RawConnection stream = await OpenAsync(door))
        {
            position = await PositionAsync(stream);
        }

        string body = string.Concat(Enumerable.Range(1, 3_000).Select(static i => TestDoor.Body($"sms:+39333{i:0000000}") + "\n"));
        await door.SendAsync("POST", "/v1/messages", body, type: "application/x-ndjson");
        await using RawConnection again = await OpenAsync(door, position);

        var messages = new HashSet<string>();
        for (int i = 0; i < 3_000; i++)
        {
            Assert.True(messages.Add((await NextAsync(again)).Data.GetProperty("message").GetString()!));
        }
    }

    [Fact]
    public async Task A_message_is_told_as_received_with_its_content_until_its_contact_is_erased()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string position;
        await using (RawConnection stream = await OpenAsync(door))
        {
            position = await PositionAsync(stream);
        }

        const string Person = "+393331234567";
        MessageId id = await door.Shards.ReceiveAsync(door.Hash.Contact(1, Channel.Sms, "+393331234567"u8), Person, "+39300", "Ciao \"amici\"\n");
        JsonElement told = await FirstAfterAsync(position);
        Assert.Equal(
            ("message.received", "delivered", id.ToString(), "acme"),
            (told.GetProperty("type").GetString(), told.GetProperty("status").GetString(), told.GetProperty("message").GetString(), told.GetProperty("tenant").GetString()));
        Assert.Equal("""{"from":"sms:+393331234567","to":"+39300","content":{"type":"text","text":"Ciao \"amici\"\n"}}""", told.GetProperty("inbound").GetRawText());
        Assert.Equal(told.GetRawText(), (await FirstAfterAsync(position)).GetRawText()); // the same bytes whenever it is told

        door.Sealer.Destroy((await door.Journal.FindMessageAsync(1, id, CancellationToken.None))!.Accepted.KeySlot);
        JsonElement erased = await FirstAfterAsync(position);
        Assert.True(erased.GetProperty("erased").GetBoolean());
        Assert.False(erased.TryGetProperty("inbound", out _));
        Assert.Equal(told.GetProperty("id").GetString(), erased.GetProperty("id").GetString());

        async Task<JsonElement> FirstAfterAsync(string at)
        {
            await using RawConnection stream = await OpenAsync(door, at);
            Event first = await NextAsync(stream);
            Assert.Equal("message.received", first.Type);
            return first.Data;
        }
    }

    [Fact]
    public async Task A_position_older_than_what_is_kept_is_410()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string old;
        await using (RawConnection stream = await OpenAsync(door))
        {
            await door.PostAsync();
            old = (await NextAsync(stream)).Position;
            await door.PostAsync();
            await NextAsync(stream);
        }

        door.Journal.Store.Log.Forget(door.Journal.Events.End);

        (await door.SendAsync("GET", "/v1/events", headers: ("Last-Event-ID", old))).IsProblem(410, "cursor_expired");
    }

    [Fact]
    public async Task A_position_of_another_tenant_or_made_up_is_400()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door);
        string mine = await PositionAsync(stream);

        (await door.SendAsync("GET", "/v1/events", role: "other", headers: ("Last-Event-ID", mine))).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/events", headers: ("Last-Event-ID", "12"))).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/events", headers: ("Last-Event-ID", "AAAAAAAAAAAAAAAAAAAAAA"))).IsProblem(400, "invalid_cursor");
        (await door.SendAsync("GET", "/v1/messages?after=" + mine)).IsProblem(400, "invalid_cursor");
    }

    [Fact]
    public async Task An_erased_message_is_told_as_erased()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string position;
        await using (RawConnection stream = await OpenAsync(door))
        {
            position = await PositionAsync(stream);
        }

        string id = await door.PostAsync(more: ",\"reference\":\"r\"");
        door.Sealer.Destroy(AcceptedOf(door, id).KeySlot);
        await using RawConnection again = await OpenAsync(door, position);

        Event told = await NextAsync(again);
        Assert.True(told.Data.GetProperty("erased").GetBoolean());
        Assert.False(told.Data.TryGetProperty("reference", out _));
    }

    [Fact]
    public async Task A_quiet_stream_beats_every_15_seconds()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door);
        await PositionAsync(stream);
        Task<string?> beat = stream.ReadLineAsync();

        // The wait may begin after a step of the clock: step until it is heard.
        while (!beat.IsCompleted)
        {
            door.Time.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }

        Assert.StartsWith(":", await beat, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_some_types_tells_these_in_their_order_and_no_other()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door, query: "?types=message.sent,consent.*");
        AcceptedMessage accepted = AcceptedOf(door, await door.PostAsync());
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Sent), accepted.Id.Shard);
        await door.Shards.AppendAsync(Some.Status(accepted, MessageStatus.Delivered), accepted.Id.Shard);
        await door.Shards.SetFlagsAsync(1, accepted.Contact, FlagsChange.Of(static f => f.WithBlocked(true)), CancellationToken.None);
        AcceptedMessage second = AcceptedOf(door, await door.PostAsync());
        await door.Shards.AppendAsync(Some.Status(second, MessageStatus.Sent), second.Id.Shard);

        Event[] told = [await NextAsync(stream), await NextAsync(stream), await NextAsync(stream)];

        Assert.Equal(["message.sent", "consent.changed", "message.sent"], told.Select(static e => e.Type));
        Assert.Equal(second.Id.ToString(), told[2].Data.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_stream_of_a_conversation_tells_of_it_alone()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string first = await door.PostAsync(to: "sms:+393330000001");
        await using RawConnection stream = await OpenAsync(door, query: "?types=*&conversation=" + ConversationOf(door, first));
        await door.PostAsync(to: "sms:+393330000002");
        await door.Shards.SetFlagsAsync(1, AcceptedOf(door, first).Contact, FlagsChange.Of(static f => f.WithMinor(true)), CancellationToken.None);
        string again = await door.PostAsync(to: "sms:+393330000001");

        Event told = await NextAsync(stream);

        Assert.Equal((again, ConversationOf(door, first)), (told.Data.GetProperty("message").GetString(), told.Data.GetProperty("conversation").GetString()));

        static string ConversationOf(TestDoor door, string id)
        {
            AcceptedMessage accepted = AcceptedOf(door, id);
            return new ConversationId(accepted.Contact, accepted.Sender).ToString();
        }
    }

    [Fact]
    public async Task A_stream_that_wants_nothing_of_what_comes_moves_its_position_on()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door, query: "?types=provider.up");
        string begin = await PositionAsync(stream);
        Task<string?> beat = stream.ReadLineAsync();
        while (!beat.IsCompleted)
        {
            await door.PostAsync();
            door.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith(":", await beat, StringComparison.Ordinal);
        Assert.NotEqual(begin, await PositionAsync(stream));
    }

    [Theory]
    [InlineData("types=message.gone", "types")]
    [InlineData("types=", "types")]
    [InlineData("types=message.sent,", "types")]
    [InlineData("types=message", "types")]
    [InlineData("conversation=x", "conversation")]
    public async Task A_filter_that_fits_nothing_is_400(string query, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/v1/events?" + query)).IsProblem(400, "invalid_parameter", field);
    }

    [Fact]
    public async Task A_key_that_is_removed_is_told_nothing_more()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door);
        await PositionAsync(stream);
        await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-owner", role: "operator");

        await door.PostAsync(role: "admin");

        Assert.Null(await stream.ReadLineAsync());
    }

    [Fact]
    public async Task A_server_that_stops_ends_the_stream()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection stream = await OpenAsync(door);
        await PositionAsync(stream);

        door.BeginToStop();

        Assert.Null(await stream.ReadLineAsync());
        Assert.True(stream.EndedWhole);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_30_seconds_is_cut_off()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string position;
        await using (RawConnection first = await OpenAsync(door))
        {
            position = await PositionAsync(first);
        }

        string body = string.Concat(Enumerable.Repeat(TestDoor.Body() + "\n", 10_000));
        for (int i = 0; i < 5; i++)
        {
            await door.SendAsync("POST", "/v1/messages", body, type: "application/x-ndjson");
        }

        await using RawConnection stream = await door.ConnectAsync();
        stream.Socket.ReceiveBufferSize = 16 * 1024;
        await stream.SendHeadAsync("GET", "/v1/events", door.Key, more: $"Last-Event-ID: {position}\r\n");
        await stream.ReadHeadAsync();
        Task cut = Task.Run(async () =>
        {
            while (Volatile.Read(ref door.Counts.EventStreamsCutOff) == 0)
            {
                door.Time.Advance(TimeSpan.FromSeconds(10));
                await Task.Yield();
            }
        }, TestContext.Current.CancellationToken);
        await cut.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // What was on its way still comes; the stream's proper end does not.
        while (await stream.ReadLineAsync() is not null)
        {
        }

        Assert.False(stream.EndedWhole);
    }

    private static async Task<RawConnection> OpenAsync(TestDoor door, string? position = null, string query = "")
    {
        RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("GET", "/v1/events" + query, door.Key, more: position is null ? "" : $"Last-Event-ID: {position}\r\n");
        string head = await raw.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Contains("text/event-stream", head, StringComparison.Ordinal);

        // The comment that begins the stream: events from here on are told.
        Assert.StartsWith(":", await raw.ReadLineAsync(), StringComparison.Ordinal);
        return raw;
    }

    private static async Task<string> PositionAsync(RawConnection stream)
    {
        string line = (await stream.ReadLineAsync())!;
        Assert.StartsWith("id: ", line, StringComparison.Ordinal);
        Assert.Equal("", await stream.ReadLineAsync());
        return line[4..];
    }

    private static async Task<Event> NextAsync(RawConnection stream)
    {
        string position = "";
        string type = "";
        string? data = null;
        while (true)
        {
            string line = (await stream.ReadLineAsync())!;
            if (line.Length == 0)
            {
                if (data is not null)
                {
                    return new Event(position, type, JsonDocument.Parse(data).RootElement);
                }
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                position = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                type = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
        }
    }

    private static string[] Names(Event one) => [.. one.Data.EnumerateObject().Select(static p => p.Name)];

    private static AcceptedMessage AcceptedOf(TestDoor door, string id) => door.Journal.Store.Snapshot().Single(m => m.Accepted.Id.ToString() == id).Accepted;

    private sealed record Event(string Position, string Type, JsonElement Data);
}
