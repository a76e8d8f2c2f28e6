namespace Router.Engine.Dispatch;

/// <content>The limits of a lane, taken together or not at all.</content>
internal sealed partial class Dispatcher
{
    private readonly PriorityQueue<DispatchLane, long> blocked = new();

    // Lanes whose limits lend again.
    private void Unblock()
    {
        long now = engine.Timestamp;
        while (blocked.TryPeek(out DispatchLane? lane, out long at) && at <= now)
        {
            blocked.Dequeue();
            lane.BlockedUntil = 0;
            if (lane.HasReady && links.TryGetValue(lane.Key.Provider, out ProviderLink? link))
            {
                link.Add(lane);
            }
        }
    }

    private bool TakeLimits(DispatchLane lane, ref int messages, ref int segments, long now, ref long releaseEnd) => true;
}
