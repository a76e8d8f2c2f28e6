using System.Text;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;
using static Router.FrontDoor.Tests.Doubles.Ndjson;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> as a stream of lines: how a stream ends.</summary>
public sealed class LineClosingTests
{
    [Fact]
    public async Task Half_a_line_before_the_connection_ends_is_not_accepted()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using (RawConnection raw = await door.ConnectAsync())
        {
            await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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

    // Guards against a client that has its whole answer, sends its next request on the same connection, and is cut off a second later: the rest of its body was there all the time.
    [Theory]
    [InlineData(Intake.NoOwner)]
    [InlineData(Intake.NoMemory)]
    public async Task A_stream_closed_because_a_shard_takes_nothing_leaves_its_connection_to_the_next_request(Intake intake)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = _ => intake;
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
        await raw.ReadHeadAsync();
        await raw.SendChunkAsync(Line(1) + "\n" + Line(2) + "\n");
        await raw.EndChunksAsync();
        await Until(() => Volatile.Read(ref door.Counts.WaitsForShard) > 0);

        await Until(() =>
        {
            door.Time.Advance(TimeSpan.FromSeconds(31));
            return Volatile.Read(ref door.Counts.StreamsIdle) > 0;
        });

        Assert.StartsWith("{\"line\":1,\"problem\":{\"status\":408,\"code\":\"stream_idle\"", await raw.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await raw.ReadLineAsync());
        Assert.True(raw.EndedWhole);
        await raw.SendHeadAsync("GET", "/healthz", door.Key);
        Assert.Contains(" 200 ", await raw.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_closed_is_told_after_how_long()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamIdle = TimeSpan.FromSeconds(7) });
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
        await raw.ReadHeadAsync();

        door.Time.Advance(TimeSpan.FromSeconds(8));

        Assert.Contains("Nothing went on for 7 seconds", await raw.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_now_and_then_keeps_the_stream_open()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType, body.Length);
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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
}
