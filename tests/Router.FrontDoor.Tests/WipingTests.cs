using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>What lies in a pool no erasure reaches (DESIGN §8): content and addresses are wiped before a buffer or a request goes back, or waits for its next line.</summary>
public sealed class WipingTests
{
    // An escape, so that the text goes through the scratch; an address that needs to be made canonical does so too.
    private static readonly string Body = TestDoor.Body(to: "email:Ada@EXAMPLE.org", text: "a \\u0061 secret");

    [Fact]
    public async Task A_single_message_leaves_nothing_in_the_buffers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();

        // In pieces far apart, so that the body has to be put together.
        string body = Body + new string(' ', 20_000);
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/json");
        await raw.SendChunkAsync(body[..10_000]);
        await raw.SendChunkAsync(body[10_000..]);
        await raw.EndChunksAsync();
        Assert.StartsWith("HTTP/1.1 202", await raw.ReadHeadAsync(), StringComparison.Ordinal);
        (await door.SendAsync("POST", "/v1/messages", Body[..^1] + ",\"colour\":1}")).IsProblem(400, "unknown_field");

        Assert.Equal(3, door.Buffers.Returned);
        Assert.Equal(0, door.Buffers.Dirty);
    }

    [Fact]
    public async Task A_stream_holds_nothing_between_its_lines()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/x-ndjson");
        await raw.ReadHeadAsync();

        // The long line lies in two of Kestrel's blocks and has to be put together.
        await raw.SendChunkAsync(Body + "\n" + Body + new string(' ', 20_000) + "\n" + Body[..^1] + ",\"colour\":1}\n");
        for (int i = 0; i < 3; i++)
        {
            await raw.ReadLineAsync();
        }

        Assert.False(door.Buffers.HoldsSomething);
        await raw.EndChunksAsync();
        Assert.Null(await raw.ReadLineAsync());
        Assert.Equal((2, 0), (door.Buffers.Returned, door.Buffers.Dirty));
    }

    [Fact]
    public async Task A_fallback_leaves_nothing_either()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        List<AcceptRequest> seen = [];
        door.Shards.Fail = request =>
        {
            seen.Add(request);
            return AcceptOutcome.Accepted;
        };
        string body = TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:\\u0041da@EXAMPLE.org\",\"content\":{\"type\":\"text\",\"text\":\"a \\u0061 secret\"}}");
        Assert.Equal(202, (await door.SendAsync("POST", "/v1/messages", body)).Status);
        await door.SendAsync("POST", "/v1/messages", body + "\n" + body, type: Ndjson.MediaType);

        Assert.Equal(3, seen.Count(static r => r.IsDormant));
        Assert.All(seen.Where(static r => r.IsDormant), static r => Assert.False(r.Record.AsSpan().ContainsAnyExcept((byte)0)));
        Assert.All(seen, static r => Assert.Null(r.Fallback));
        Assert.Equal(0, door.Buffers.Dirty);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(4_096)]
    [InlineData(60_000)]
    public void A_request_at_rest_has_no_record(int length)
    {
        byte[] record = [.. Enumerable.Repeat((byte)'x', length)];
        var request = new AcceptRequest { Tenant = new Tenant(1, "acme", new TenantSettings { Name = "Acme" }), Sender = new Sender("+39300"), Record = record, RecordLength = length };

        AcceptRequestPool.Blank(request);

        Assert.False(record.AsSpan().ContainsAnyExcept((byte)0));
        Assert.False(request.Record.AsSpan().ContainsAnyExcept((byte)0));
        Assert.Equal((0, null, null), (request.RecordLength, request.Tenant, request.Sender));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Intake.TenantFull)]
    public async Task Requests_of_a_stream_come_back_without_a_record(Intake? refused)
    {
        var taken = new List<AcceptRequest>();
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = request =>
        {
            taken.Add(request);
            return refused ?? Intake.Queued;
        };

        await door.SendAsync("POST", "/v1/messages", Body + "\n" + Body, type: "application/x-ndjson");

        Assert.Equal(2, taken.Count);
        Assert.All(taken, static request => Assert.False(request.Record.AsSpan().ContainsAnyExcept((byte)0)));
    }

    [Fact]
    public async Task The_request_of_a_key_in_flight_comes_back_without_a_record()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Gate.Close();
        Task<Answer> first = door.SendAsync("POST", "/v1/messages", Body, type: "application/x-ndjson", headers: ("Idempotency-Key", "k"));
        await door.Shards.Gate.Arrived;
        await door.SendAsync("POST", "/v1/messages", Body, type: "application/x-ndjson", headers: ("Idempotency-Key", "k"));

        var free = new Stack<AcceptRequest>();
        door.Requests.Take(free, 64);
        door.Shards.Gate.Open();
        await first;

        Assert.Equal(64, free.Count);
        Assert.All(free, static request => Assert.False(request.Record.AsSpan().ContainsAnyExcept((byte)0)));
    }
}
