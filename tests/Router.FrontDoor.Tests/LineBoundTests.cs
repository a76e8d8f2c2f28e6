using System.Text;
using System.Text.Json;
using Router.Engine.Shards;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Tests.Doubles;
using static Router.FrontDoor.Tests.Doubles.Ndjson;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> as a stream of lines: what holds the reading back, and what does not.</summary>
public sealed class LineBoundTests
{
    [Fact]
    public async Task A_client_that_sends_10000_lines_before_it_reads_gets_all_answers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        byte[] body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 10_000).Select(static i => Line(i) + "\n")));

        // A small window: little of the answers hides in the kernel.
        raw.Socket.ReceiveBufferSize = 64 * 1024;
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType, body.Length);
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

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType, body.Length);
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

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

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
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
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
    public async Task Several_streams_share_the_lines_that_may_be_with_their_shards()
    {
        // Two may have 1,000 each; four have 500 each, and one that is alone again has 1,000.
        const int Streams = 4;
        const int Lines = 1_200;
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamInFlightMax = 1_000 });
        door.Shards.Gate.Close();
        var streams = new List<RawConnection>();
        try
        {
            for (int i = 0; i < Streams; i++)
            {
                RawConnection raw = await door.ConnectAsync();
                streams.Add(raw);
                await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType);
                await raw.SendChunkAsync(Line(1) + "\n");
                await raw.ReadHeadAsync();
                int begun = i + 1;
                await Until(() => Volatile.Read(ref door.Shards.Accepted) == begun);
            }

            foreach (RawConnection raw in streams)
            {
                await raw.SendChunkAsync(string.Concat(Enumerable.Range(2, Lines - 1).Select(static i => Line(i) + "\n")));
                await raw.EndChunksAsync();
            }

            await Until(() => Volatile.Read(ref door.Counts.WaitsForAnswers) >= Streams);
            Assert.Equal(Streams * 500, Volatile.Read(ref door.Shards.Accepted));
            door.Shards.Gate.Open();
            foreach (RawConnection raw in streams)
            {
                for (int i = 1; i <= Lines; i++)
                {
                    Assert.StartsWith($"{{\"line\":{i},\"id\":", await raw.ReadLineAsync(), StringComparison.Ordinal);
                }
            }
        }
        finally
        {
            foreach (RawConnection raw in streams)
            {
                await raw.DisposeAsync();
            }
        }

        await Until(() => door.Lines.LinesEach == 1_000);
    }

    [Fact]
    public async Task A_stream_whose_client_does_not_read_has_no_share_once_its_lines_are_answered()
    {
        const int Streams = 3; // with lines at the shards they had 666 each
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamInFlightMax = 1_000 }, shards: new InstantShards());
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 100_000).Select(static i => Line(i) + "\n")));
        var streams = new List<(RawConnection Raw, Task Sending)>();
        for (int i = 1; i <= Streams; i++)
        {
            RawConnection raw = await door.ConnectAsync();
            raw.Socket.ReceiveBufferSize = 64 * 1024;
            await raw.SendHeadAsync("POST", "/v1/messages", door.Key, MediaType, lines.Length);
            streams.Add((raw, raw.SendAsync(lines)));
            int begun = i;
            await Until(() => Volatile.Read(ref door.Counts.WaitsForClient) >= begun);
        }

        await Until(() => door.Lines.LinesEach == 1_000);
        foreach ((RawConnection raw, Task sending) in streams)
        {
            await raw.DisposeAsync();
            await sending.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    [Fact]
    public async Task A_tenant_that_is_full_gets_429_lines()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = static _ => Intake.TenantFull;

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", $"{Line(1)}\n{Line(2)}\n", type: MediaType, headers: ("Idempotency-Key", "k"))).Text);
        Assert.Equal([429, 429], answers.Select(StatusOf));

        // The keys are free again.
        door.Shards.Refuse = null;
        answers = Parse((await door.SendAsync("POST", "/v1/messages", $"{Line(1)}\n{Line(2)}\n", type: MediaType, headers: ("Idempotency-Key", "k"))).Text);
        Assert.Equal([null, null], answers.Select(StatusOf));
    }

    [Fact]
    public async Task A_shard_without_owner_is_waited_for()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { StreamIdle = TimeSpan.FromDays(1) });
        door.Shards.Refuse = static _ => Intake.NoOwner;
        Task<Answer> answer = door.SendAsync("POST", "/v1/messages", Line(1), type: MediaType);
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
    public async Task A_stream_of_more_than_30_MB_is_read()
    {
        var shards = new InstantShards();
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards);
        string line = TestDoor.Body(text: new string('a', 30_000)) + "\n";
        string body = string.Concat(Enumerable.Repeat(line, 1_100));

        JsonElement[] answers = Parse((await door.SendAsync("POST", "/v1/messages", body, type: MediaType)).Text);

        Assert.Equal(1_100, answers.Length);
        Assert.Equal(1_100, shards.Count);
    }
}
