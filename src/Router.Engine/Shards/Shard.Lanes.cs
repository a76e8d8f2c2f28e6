using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <content>The decision that puts a message into a lane, and the lanes.</content>
internal sealed partial class Shard
{
    private const int EndedLookMax = 64;
    private readonly List<ShardLane?> lanes = [];
    private readonly Dictionary<LaneKey, int> laneIndex = [];
    private readonly Stack<int> freeLanes = new();

    /// <summary>Lanes that some message refers to.</summary>
    public int LaneCount => laneIndex.Count;

    /// <summary>
    /// Decides about a message that is in no lane: it ends, waits in the wheel, or goes to its place in the lane of the first healthy provider of its route that has not failed it.
    /// </summary>
    /// <param name="slot">The message.</param>
    /// <param name="identity">Its lane but for the provider.</param>
    /// <param name="notBeforeMs">Unix ms before which it must not leave; 0: none.</param>
    private void Place(int slot, LaneKey identity, long notBeforeMs)
    {
        ref WaitingMessage message = ref messages[slot];
        Tenant? tenant = Configuration.FindTenant(identity.Tenant);
        Route? route = FindRoute(tenant, identity, message, out byte open);
        var facts = new MessageFacts(
            identity.Purpose, notBeforeMs, message.ValidUntilS * 1000L, SenderAllowed(tenant, identity.SenderTag), route is not null)
        {
            OutsideRegion = open == 0,
            QuietUntilMs = identity.Purpose == Purpose.Marketing && tenant?.Quiet is { } quiet ? QuietUntil(quiet, slot, leadMs: 0) : 0,
        };
        Verdict verdict = Decide(slot, facts);
        if (identity.Price == 0 && tenant is not null && tenant.PriceOf(identity.Channel) is > 0 and var price)
        {
            Charge(slot, price, ref identity, ref verdict);
        }

        int provider = open == 0 ? 0 : Choose(route!, open, message.Tried);
        Join(slot, identity with { Provider = provider });
        if (CancelIfAsked(slot))
        {
            return;
        }

        switch (verdict.Kind)
        {
            case VerdictKind.Release:
                Insert(slot);
                break;
            case VerdictKind.Defer when verdict.Reason == Reason.QuietHours:
                KeepQuiet(slot, verdict.UntilMs);
                break;
            case VerdictKind.Defer:
                Schedule(slot, verdict.UntilMs);
                break;
            case VerdictKind.Reject:
                Finish(slot, MessageStatus.Rejected, verdict.Reason);
                break;
            case VerdictKind.Expire:
                Finish(slot, MessageStatus.Expired, Reason.Expired);
                break;
            default:
                throw new InvalidOperationException($"no verdict: {verdict.Kind}");
        }
    }

    /// <summary>Decides anew about everything that waits for a provider that can't take it: called when providers or routes changed.</summary>
    /// <param name="all">Whether lanes of healthy providers are looked at, too: the routes changed.</param>
    public void Reroute(bool all)
    {
        for (int i = 0; i < lanes.Count; i++)
        {
            ShardLane? lane = lanes[i];
            if (lane is null || lane.First < 0 || (!all && effects.IsHealthy(lane.Key.Provider)))
            {
                continue;
            }

            int slot = lane.First;
            lane.First = lane.Last = lane.ToldUpTo = lane.Hint = -1;
            lane.Count = lane.Unlinked = 0;
            lane.Offered = false;
            lane.References++; // the lane stays while its messages move
            while (slot >= 0)
            {
                int next = messages[slot].LaneNext;
                messages[slot].LaneNext = -1;
                messages[slot].Marks &= ~MessageMarks.InLane;
                if (messages[slot].Stage == MessageStage.Ready)
                {
                    RemoveFromWheel(slot);
                    Place(slot, lane.Key, 0);
                }
                else if ((messages[slot].Marks & MessageMarks.Unlinked) != 0)
                {
                    Free(slot);
                }

                slot = next;
            }

            LeaveLane(i);
        }
    }

    private Verdict Decide(int slot, in MessageFacts facts)
    {
        ContactFlags flags = FlagsOf(messages[slot].Contact);
        Verdict verdict = Decision.Decide(flags, facts, NowMs);
        return verdict.Kind == VerdictKind.Reject && confirmations.Contains(slot) ? Decision.DecideConfirmation(flags, facts, NowMs) : verdict;
    }

    private static bool SenderAllowed(Tenant? tenant, uint senderTag) => tenant is not null && (senderTag == 0 || tenant.FindSender(senderTag) is not null);

    // The route of a message, and which of its providers stand in the region that it must stay in (R1.3), one bit each; 0: none, or there is no route.
    private Route? FindRoute(Tenant? tenant, in LaneKey identity, in WaitingMessage message, out byte open)
    {
        uint region = identity.Region != 0 ? identity.Region : tenant?.Region ?? 0;
        Route? route = Configuration.Routes.Find(identity.Tenant, identity.Channel, new DestinationPrefix(message.Prefix), identity.SenderTag, identity.Purpose, region);
        route = message.IsMedia ? route?.ForMedia : route;
        open = route?.In(region) ?? 0;
        return route;
    }

    // Of those open to the message (at least one): the first healthy one that has not failed it, else the first that has not, else the first.
    private int Choose(Route route, byte open, byte tried)
    {
        int first = 0;
        int firstUntried = 0;
        for (int i = 0; i < route.Providers.Count; i++)
        {
            if (((open >> i) & 1) == 0)
            {
                continue;
            }

            first = first == 0 ? route.Providers[i] : first;
            if (((tried >> i) & 1) != 0)
            {
                continue;
            }

            if (effects.IsHealthy(route.Providers[i]) || effects.TryTakeTrial(route.Providers[i]))
            {
                return route.Providers[i];
            }

            firstUntried = firstUntried == 0 ? route.Providers[i] : firstUntried;
        }

        return firstUntried == 0 ? first : firstUntried;
    }

    // Makes the message's lane the one with this key; the message is in no list yet.
    private void Join(int slot, in LaneKey key)
    {
        if (!laneIndex.TryGetValue(key, out int index))
        {
            var lane = new ShardLane { Key = key };
            if (freeLanes.TryPop(out index))
            {
                lanes[index] = lane;
            }
            else
            {
                index = lanes.Count;
                lanes.Add(lane);
            }

            laneIndex.Add(key, index);
        }

        int before = messages[slot].Lane;
        lanes[index]!.References++;
        messages[slot].Lane = index;
        if (before >= 0)
        {
            LeaveLane(before);
        }
    }

    private void LeaveLane(int index)
    {
        ShardLane lane = lanes[index]!;
        lane.References--;
        RemoveLaneIfUnused(index, lane);
    }

    private void RemoveLaneIfUnused(int index, ShardLane lane)
    {
        // The dispatcher may still ask for it by its number: Release looks at the key. It may be gone already, with its last message, and its number be free or another's.
        if (lane.References == 0 && !lane.Reading && lanes[index] == lane)
        {
            laneIndex.Remove(lane.Key);
            lanes[index] = null;
            freeLanes.Push(index);
        }
    }

    // Into its lane, which is in the order of ids: what lapsed, came from another lane or waited for its time goes before what was accepted later.
    private void Insert(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        ShardLane lane = lanes[message.Lane]!;
        int previous = lane.Last;
        if (previous >= 0 && messages[previous].Head > message.Head)
        {
            // What comes back comes mostly in order: the search begins where the last one went.
            previous = lane.Hint >= 0 && messages[lane.Hint].Head < message.Head ? lane.Hint : -1;
            for (int next = previous < 0 ? lane.First : messages[previous].LaneNext; messages[next].Head < message.Head; next = messages[next].LaneNext)
            {
                previous = next;
            }

            lane.Hint = slot;
            if (lane.ToldUpTo >= 0 && messages[lane.ToldUpTo].Head > message.Head)
            {
                lane.ToldUpTo = previous; // it was not told with those behind it
            }
        }

        if (previous < 0)
        {
            message.LaneNext = lane.First;
            lane.First = slot;
        }
        else
        {
            message.LaneNext = messages[previous].LaneNext;
            messages[previous].LaneNext = slot;
        }

        if (message.LaneNext < 0)
        {
            lane.Last = slot;
        }

        MakeReady(slot, lane);
    }

    private void MakeReady(int slot, ShardLane lane)
    {
        ref WaitingMessage message = ref messages[slot];
        message.Stage = MessageStage.Ready;
        message.Marks = (message.Marks | MessageMarks.InLane) & ~MessageMarks.Scheduled;
        lane.Count++;
        AddToWheel(slot, message.ValidUntilS * 1000L);
        Offer(message.Lane, lane);
    }

    private void Offer(int index, ShardLane lane)
    {
        if (!lane.Offered && !lane.Reading && lane.Key.Provider != 0)
        {
            lane.Offered = true;
            effects.Offer(index, lane.Key, lane.Count, SegmentsOfNext(lane));
        }
    }

    // What must be lent for the next message to leave. Behind many ended ones it is not looked for: the release takes those away, and tells.
    private int SegmentsOfNext(ShardLane lane)
    {
        int slot = lane.First;
        for (int looked = 0; slot >= 0 && looked < EndedLookMax; looked++, slot = messages[slot].LaneNext)
        {
            if (messages[slot].Stage == MessageStage.Ready)
            {
                return SegmentsDue(slot);
            }
        }

        return 1;
    }

    // Takes the first out of its lane's list.
    private int Pop(ShardLane lane)
    {
        int slot = lane.First;
        ref WaitingMessage message = ref messages[slot];
        lane.First = message.LaneNext;
        if (lane.First < 0)
        {
            lane.Last = -1;
        }

        if (lane.ToldUpTo == slot)
        {
            lane.ToldUpTo = -1;
        }

        if (lane.Hint == slot)
        {
            lane.Hint = -1;
        }

        lane.Count--;
        lane.Unlinked -= (message.Marks & MessageMarks.Unlinked) != 0 ? 1 : 0;
        message.LaneNext = -1;
        message.Marks &= ~MessageMarks.InLane;
        return slot;
    }

    // Finished messages leave a lane when they come to its front; where that takes long (no provider is up) they are swept out before they are most of it.
    private void SweepUnlinked(ShardLane lane)
    {
        int previous = -1;
        int slot = lane.First;
        while (slot >= 0)
        {
            int next = messages[slot].LaneNext;
            if ((messages[slot].Marks & MessageMarks.Unlinked) == 0)
            {
                previous = slot;
            }
            else
            {
                if (previous < 0)
                {
                    lane.First = next;
                }
                else
                {
                    messages[previous].LaneNext = next;
                }

                lane.ToldUpTo = lane.ToldUpTo == slot ? previous : lane.ToldUpTo;
                lane.Hint = lane.Hint == slot ? previous : lane.Hint;
                lane.Count--;
                Free(slot);
            }

            slot = next;
        }

        lane.Last = previous;
        lane.Unlinked = 0;
    }
}
