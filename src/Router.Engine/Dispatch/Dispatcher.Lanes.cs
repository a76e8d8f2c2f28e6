using Router.Engine.Limits;
using Router.Engine.Shards;

namespace Router.Engine.Dispatch;

/// <content>The turn: who is asked next, and for how many.</content>
internal sealed partial class Dispatcher
{
    private const int PauseFirstMs = 20;
    private const int PauseLastMs = 2_000;

    // Where less comes than could leave, a lane lasts for as long as its one message: each made anew was 240 B a message. 1.1 KB each.
    private const int SpareLanesMax = 256;
    private readonly Stack<DispatchLane> spareLanes = new();

    private void OnOffer(in DispatchEvent told)
    {
        if (!links.TryGetValue(told.Key.Provider, out ProviderLink? link) || link.Closed)
        {
            return; // its provider is not here: what waits is routed anew, and offered again each second
        }

        if (!lanes.TryGetValue(told.Key, out DispatchLane? lane))
        {
            if (spareLanes.TryPop(out lane))
            {
                lane.Begin(told.Key);
            }
            else
            {
                lane = new DispatchLane(told.Key);
            }

            lanes.Add(told.Key, lane);
            HoldLimits(lane);
            link.Lanes++;
        }

        lane.Offer(told.Shard, told.ShardLane, told.Count, told.NextSegments);
        link.Add(lane);
    }

    private void OnAnswer(ReleaseAsk ask)
    {
        asks--;
        GiveBack(ask);
        DispatchLane lane = ask.Lane!;
        if (ask.Limits.Length > 0)
        {
            lender.Settle(ask.Limits, ask.Slice, ask.Segments, engine.Timestamp, lane.Claimant); // a long message whose record is read back first has not left
        }

        lane.Asks--;
        bool known = links.TryGetValue(lane.Key.Provider, out ProviderLink? link);
        if (known)
        {
            link!.InFlight -= ask.SegmentsMax - ask.Segments;
            link.Uncharge(lane, ask.SegmentsMax - ask.Segments, ask.Charged);
        }

        if (ask.Departures.Count > 0)
        {
            lane.SegmentsAMessage = (ask.Segments + ask.Departures.Count - 1) / ask.Departures.Count;
            if (known && !link!.Closed)
            {
                link.Latency.Handed(ask.Departures[0].Id);
                link.Provider.Submit(ask.Departures.Span);
            }
            else
            {
                engine.SettleUnsent(lane.Key.Provider, ask.Departures.Span);
            }
        }

        if (ask.More && link is { Closed: false })
        {
            lane.Offer(ask.Shard, ask.ShardLane, ask.Available, ask.NextSegments);
            if (ask.Departures.Count == 0)
            {
                lane.Resume(ask.Shard, ask.Slice.Messages);
            }

            link.Add(lane);
        }
        else
        {
            lane.EndTurn(ask.Shard);
        }

        ForgetIfUnused(lane);
        ask.Lane = null;
        ask.Clear();
        freeAsks.Push(ask);
    }

    private void Fill(ProviderLink link)
    {
        if (link.Closed)
        {
            RemoveIfSettled(link);
            return;
        }

        long now = engine.Timestamp;
        if (link.Breaker.Advance(now))
        {
            OnBreaker(link);
        }

        if (link.Breaker.State == BreakerState.HalfOpen)
        {
            link.RenewTrials(now, engine.Ticks(1_000));
        }

        if (!link.MayRelease || draining)
        {
            return;
        }

        if (now < link.PausedUntil)
        {
            engine.PokeDispatcherAt(link.PausedUntil);
            return;
        }

        int room;
        int least = 1;
        while ((room = link.Room(engine.Options.SettleUnkeptMax)) > 0 && link.Take(out int share) is { } lane)
        {
            if (!lane.HasReady)
            {
                ForgetIfUnused(lane);
                continue;
            }

            int shard = lane.NextShard(out int turn, out int available, out int shardLane);
            int wanted = lane.IsHeldBack || room < available ? turn : available;
            int messages = Math.Min(Math.Min(wanted, room), Math.Min(share, engine.Options.ReleaseBatchMax));
            least = Math.Min(lane.NextSegments(shard), link.Window);
            if (room < least)
            {
                lane.WaitFor(shard);
                link.PutBack(lane);
                break; // a long message waits for as much room as it needs
            }

            messages = Math.Min(messages, Math.Max(1, share / lane.SegmentsAMessage));
            int segments = Math.Min(Math.Max(messages * lane.SegmentsAMessage, least), room);
            Slice slice = TakeLimits(lane, messages, segments, least, now);
            lane.IsHeldBack |= slice.Messages < messages;
            if (slice.Messages == 0)
            {
                if (least > 1)
                {
                    lane.WaitFor(shard);
                }

                continue;
            }

            Ask(link, lane, shard, shardLane, slice, now);
            if (lane.HasReady)
            {
                link.Add(lane);
            }
        }

        if (room < least && link.Unkept > 0)
        {
            link.WaitsForKeeping = true;
            Interlocked.MemoryBarrier(); // the mark is seen by whoever keeps one after this look
            if (link.Room(engine.Options.SettleUnkeptMax) >= least)
            {
                Poke(); // kept in between
            }
        }
    }

    private void Ask(ProviderLink link, DispatchLane lane, int shard, int shardLane, in Slice slice, long now)
    {
        if (!freeAsks.TryPop(out ReleaseAsk? ask))
        {
            ask = new ReleaseAsk();
        }

        ask.Shard = shard;
        ask.Lane = lane;
        ask.ShardLane = shardLane;
        ask.MessagesMax = slice.Messages;
        ask.SegmentsMax = slice.Segments;
        ask.MayPart = slice.Segments < lane.NextSegments(shard);
        ask.ReleaseEnd = Math.Min(slice.End, now + engine.Ticks(engine.Options.ReleaseMs));
        ask.Slice = slice;
        ask.Limits = lane.Limits;
        ask.Charged = link.Charge(lane, slice.Segments);
        lane.Asked(shard, slice.Messages);
        lane.Asks++;
        asks++;
        link.InFlight += slice.Segments;
        if (!engine.Post(shard, new UrgentCommand { Kind = CommandKind.Ask, Target = ask }))
        {
            ask.Clear();
            OnAnswer(ask);
        }
    }

    private void ForgetIfUnused(DispatchLane lane)
    {
        if (!lane.HasReady && lane.Asks == 0 && !lane.Queued && !lane.Blocked && lanes.Remove(lane.Key))
        {
            foreach (Limit limit in lane.Limits)
            {
                lender.LetGo(limit);
            }

            if (links.TryGetValue(lane.Key.Provider, out ProviderLink? link))
            {
                link.Lanes--;
            }

            lane.Limits = [];
            if (spareLanes.Count < SpareLanesMax)
            {
                spareLanes.Push(lane);
            }
        }
    }
}
