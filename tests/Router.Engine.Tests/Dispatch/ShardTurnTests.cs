using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Dispatch;

/// <summary>Shards of one lane behind a limit: nobody waits much longer than all that waits takes (issue 6, overload: latency of what is accepted stays bounded).</summary>
public sealed class ShardTurnTests
{
    private const int Waiting = 1_000;
    private const int LentAtOnce = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nobody_waits_much_longer_than_all_that_waits_takes(int seed)
    {
        var random = new Random(seed);
        var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, Purpose.Service, Priority.Normal));
        Queue<int>[] shards = [.. Enumerable.Range(0, 64).Select(static _ => new Queue<int>())];
        int inside = 0;
        int longest = 0;
        for (int now = 0; now < 100 * Waiting;)
        {
            for (; inside < Waiting; inside++)
            {
                int to = random.Next(shards.Length);
                shards[to].Enqueue(now);
                lane.Offer(to, 0, shards[to].Count, 1);
            }

            int shard = lane.NextShard(out int turn, out _, out _);
            int asked = Math.Min(turn, LentAtOnce);
            lane.Asked(shard, asked);
            for (int i = 0; i < asked; i++)
            {
                longest = Math.Max(longest, now - shards[shard].Dequeue());
                inside--;
            }

            now += asked;
            if (shards[shard].Count > 0)
            {
                lane.Offer(shard, 0, shards[shard].Count, 1);
            }
            else
            {
                lane.EndTurn(shard);
            }
        }

        // Time is in messages that may leave: all that waits takes Waiting of them; who comes just after a turn waits a part of a round more.
        Assert.InRange(longest, Waiting, Waiting * 2);
    }

    [Fact]
    public void A_turn_in_which_nothing_could_leave_for_want_of_segments_goes_on_once()
    {
        var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, Purpose.Service, Priority.Normal));
        lane.Offer(3, 0, 1, 1);
        lane.Offer(7, 0, 1, 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i < 2 ? 3 : 7, lane.NextShard(out int turn, out _, out _));
            Assert.Equal(1, turn);
            lane.Asked(3, 1);
            lane.Offer(3, 0, 1, 2 + i); // a longer one came before it
            lane.Resume(3, 1);
        }
    }

    [Fact]
    public void A_lane_goes_on_with_the_shard_that_waits_for_segments()
    {
        var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, Purpose.Service, Priority.Normal));
        lane.Offer(3, 0, 8, 1);
        lane.Offer(7, 0, 1, 6);
        Assert.Equal(3, lane.NextShard(out _, out _, out _));
        lane.Asked(3, 1);
        Assert.Equal(7, lane.NextShard(out _, out _, out _));
        lane.WaitFor(7);
        lane.Offer(3, 0, 7, 1); // its turn has not ended

        Assert.Equal(7, lane.NextShard(out _, out _, out _));
        lane.Asked(7, 1);
        Assert.Equal(3, lane.NextShard(out _, out _, out _));
    }

    [Fact]
    public void What_a_shard_told_of_its_next_message_holds_until_it_offers_anew()
    {
        var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, Purpose.Service, Priority.Normal));
        lane.Offer(3, 0, 2, 6);
        Assert.Equal(6, lane.NextSegments(3));

        lane.Offer(3, 0, 1, 1); // the long one is expired or cancelled: who is behind it needs no room for six

        Assert.Equal(1, lane.NextSegments(3));
    }

    [Fact]
    public void A_lane_that_came_to_its_end_is_the_next_ones()
    {
        using var h = new EngineHarness();
        h.Simple();
        for (int i = 0; i < 20; i++)
        {
            h.Post(i);
            h.Advance(200, 20, () => h.Provider.SettleAll());
        }

        Assert.Equal((0, 1), (h.Engine.Dispatcher.LaneCount, h.Engine.Dispatcher.SpareLanes));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_lane_that_begins_again_is_as_one_just_made()
    {
        var key = new LaneKey(2, 3, 4, Channel.Sms, Purpose.Service, Priority.Normal);
        var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, Purpose.Service, Priority.Normal));
        var made = new DispatchLane(key);
        lane.Offer(40, 7, 9, 3);
        lane.NextShard(out _, out _, out _);
        lane.WaitFor(40);
        lane.Asked(40, 1);
        lane.Resume(40, 5);
        (lane.SegmentsAMessage, lane.IsHeldBack, lane.Queued, lane.Blocked, lane.Asks) = (3, true, true, true, 2);

        lane.Begin(key);
        Assert.Equal(key, lane.Key);
        Assert.False(lane.HasReady || lane.IsHeldBack || lane.Queued || lane.Blocked);
        Assert.Equal((0, 1, 0), (lane.Asks, lane.SegmentsAMessage, lane.Limits.Length));
        foreach (DispatchLane each in (DispatchLane[])[made, lane])
        {
            each.Offer(40, 1, 8, 1);
            each.Offer(41, 2, 8, 1);
            Assert.Equal(40, each.NextShard(out int turn, out int count, out int shardLane));
            Assert.Equal((2, 8, 1), (turn, count, shardLane));
            each.Asked(40, 2);
            Assert.Equal(41, each.NextShard(out _, out _, out _));
        }
    }
}
