using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <content>The decision that puts a message into a lane, and the lanes.</content>
internal sealed partial class Shard
{
    private readonly List<ShardLane?> lanes = [];
    private readonly Dictionary<LaneKey, int> laneIndex = [];
    private readonly Stack<int> freeLanes = new();

    /// <summary>
    /// Decides about a message that is in no lane: it ends, waits in the wheel, or goes to the end of the lane of the first healthy provider of its route that has not failed it.
    /// </summary>
    /// <param name="slot">The message.</param>
    /// <param name="identity">Its lane but for the provider.</param>
    /// <param name="notBeforeMs">Unix ms before which it must not leave; 0: none.</param>
    private void Place(int slot, LaneKey identity, long notBeforeMs)
    {
        ref WaitingMessage message = ref messages[slot];
        Tenant? tenant = Configuration.FindTenant(identity.Tenant);
        Route? route = Configuration.Routes.Find(identity.Tenant, identity.Channel, new DestinationPrefix(message.Prefix), identity.SenderTag, identity.Purpose);
        var facts = new MessageFacts(
            identity.Purpose, notBeforeMs, message.ValidUntilS * 1000L, SenderAllowed(tenant, identity.SenderTag), route is not null);
        Verdict verdict = Decision.Decide(FlagsOf(message.Contact), facts, NowMs);
        int provider = route is null ? 0 : Choose(route, message.Tried);
        Join(slot, identity with { Provider = provider });
        if (CancelIfAsked(slot))
        {
            return;
        }

        switch (verdict.Kind)
        {
            case VerdictKind.Release:
                Append(slot);
                break;
            case VerdictKind.Defer:
                message.Marks |= MessageMarks.Scheduled;
                Defer(slot, verdict.UntilMs);
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
            lane.First = lane.Last = lane.ToldUpTo = -1;
            lane.Count = 0;
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

    private static bool SenderAllowed(Tenant? tenant, uint senderTag) => tenant is not null && (senderTag == 0 || tenant.FindSender(senderTag) is not null);

    private int Choose(Route route, byte tried)
    {
        int firstUntried = 0;
        for (int i = 0; i < route.Providers.Count; i++)
        {
            if (((tried >> i) & 1) != 0)
            {
                continue;
            }

            if (effects.IsHealthy(route.Providers[i]))
            {
                return route.Providers[i];
            }

            firstUntried = firstUntried == 0 ? route.Providers[i] : firstUntried;
        }

        return firstUntried == 0 ? route.Providers[0] : firstUntried;
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
        if (lane.References == 0 && !lane.Offered && !lane.Reading)
        {
            laneIndex.Remove(lane.Key);
            lanes[index] = null;
            freeLanes.Push(index);
        }
    }

    // To the end of its lane.
    private void Append(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        ShardLane lane = lanes[message.Lane]!;
        message.LaneNext = -1;
        if (lane.Last < 0)
        {
            lane.First = slot;
        }
        else
        {
            messages[lane.Last].LaneNext = slot;
        }

        lane.Last = slot;
        MakeReady(slot, lane);
    }

    // Back near the front of its lane, before the first that was accepted later: what lapsed keeps its order.
    private void Reinsert(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        ShardLane lane = lanes[message.Lane]!;
        int previous = -1;
        int next = lane.First;
        while (next >= 0 && messages[next].Head < message.Head)
        {
            previous = next;
            next = messages[next].LaneNext;
        }

        message.LaneNext = next;
        if (previous < 0)
        {
            lane.First = slot;
        }
        else
        {
            messages[previous].LaneNext = slot;
        }

        if (next < 0)
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
            effects.Offer(index, lane.Key, lane.Count);
        }
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

        lane.Count--;
        message.LaneNext = -1;
        message.Marks &= ~MessageMarks.InLane;
        return slot;
    }
}
