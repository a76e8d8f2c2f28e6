using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Figures;
using Router.Engine.Limits;

namespace Router.Engine.Dispatch;

/// <content>The limits of a lane, taken together or not at all (DESIGN §4.5).</content>
internal sealed partial class Dispatcher
{
    // Of those that come back at one time, who was lent something least lately comes first: else the same few would take each departure of a limit that all of them share.
    private readonly PriorityQueue<DispatchLane, (long At, long LastLent)> blocked = new();
    private long lends;
    private readonly LimitLender lender;
    private long lastForgotten;
    private volatile IReadOnlyList<ReachedLimit> reachedLimits = [];

    /// <summary>Limits that let nothing go, as of the last second or two. Any thread.</summary>
    public IReadOnlyList<ReachedLimit> ReachedLimits => engine.Timestamp - Volatile.Read(ref lastForgotten) < engine.Ticks(3_000) ? reachedLimits : []; // a dispatcher that rests holds nothing back

    /// <summary>The configuration changed: every lane holds the limits that now hold.</summary>
    public void Configure() => Tell(new DispatchEvent { Kind = DispatchEventKind.Configure });

    private void OnConfigure()
    {
        foreach (DispatchLane lane in lanes.Values)
        {
            HoldLimits(lane);
        }
    }

    private void HoldLimits(DispatchLane lane)
    {
        Configuration configuration = engine.Configuration;
        LaneKey key = lane.Key;
        Limit[] before = lane.Limits;
        var held = new List<Limit>(4);
        if (configuration.FindTenant(key.Tenant) is { } tenant)
        {
            TenantLimits limits = tenant.Settings.Limits;
            Hold(held, LimitKey.OfTenant(key.Tenant), limits.PerSecond);
            Hold(held, LimitKey.OfSender(key.Tenant, key.SenderTag), limits.PerSender);
            if (limits.PerChannel is { } channels && channels.TryGetValue(WireNames.Of(key.Channel), out int perChannel))
            {
                Hold(held, LimitKey.OfChannel(key.Tenant, key.Channel), perChannel);
            }
        }

        Hold(held, LimitKey.OfProvider(key.Provider), configuration.FindProvider(key.Provider)?.Settings.Limits.PerSecond);
        lane.Limits = [.. held];
        foreach (Limit limit in before)
        {
            lender.LetGo(limit);
        }
    }

    private void Hold(List<Limit> held, LimitKey key, int? perSecond)
    {
        if (perSecond is not null)
        {
            held.Add(lender.Hold(key, perSecond));
        }
    }

    // Lanes whose limits lend again.
    private void Unblock()
    {
        long now = engine.Timestamp;
        while (blocked.TryPeek(out DispatchLane? lane, out (long At, long LastLent) until) && until.At <= now)
        {
            blocked.Dequeue();
            lane.Blocked = false;
            if (lane.HasReady && links.TryGetValue(lane.Key.Provider, out ProviderLink? link))
            {
                link.Add(lane);
            }
            else
            {
                ForgetIfUnused(lane);
            }
        }

        if (blocked.TryPeek(out _, out (long At, long LastLent) next))
        {
            engine.PokeDispatcherAt(next.At); // the timer holds one time only
        }

        if (now - lastForgotten > engine.Ticks(1_000))
        {
            Volatile.Write(ref lastForgotten, now);
            lender.Forget(now);
            reachedLimits = blocked.Count == 0 ? [] : LookAtLimits(now);
        }
    }

    // Once a second, and only while something is held back: for people.
    private List<ReachedLimit> LookAtLimits(long now)
    {
        var lanesOf = new Dictionary<LimitKey, int>();
        foreach ((DispatchLane lane, _) in blocked.UnorderedItems)
        {
            foreach (Limit limit in lane.Limits)
            {
                if (lender.IsReached(limit, lane.SegmentsAMessage, now, lane.Key.Purpose, lane.Claimant))
                {
                    lanesOf[limit.Key] = lanesOf.GetValueOrDefault(limit.Key) + 1;
                }
            }
        }

        return [.. lanesOf.Select(static l => new ReachedLimit(l.Key, l.Value))];
    }

    // None: the lane comes back when its limits lend again.
    private Slice TakeLimits(DispatchLane lane, int messages, int segments, int least, long now)
    {
        Slice slice = lender.TakeTogether(lane.Limits, messages, segments, least, now, lane.Key.Purpose, lane.Limits.Length == 0 ? null : lane.Claimant);
        if (slice.Messages > 0)
        {
            lane.LastLent = ++lends;
        }
        else if (!lane.Blocked)
        {
            lane.Blocked = true;
            blocked.Enqueue(lane, (slice.RetryAt, lane.LastLent));
            engine.PokeDispatcherAt(slice.RetryAt);
        }

        return slice;
    }

    private void GiveBack(ReleaseAsk ask) =>
        lender.GiveBack(ask.Limits, ask.Slice, ask.Slice.Messages - ask.Departures.Count, ask.Slice.Segments - ask.Segments);
}
