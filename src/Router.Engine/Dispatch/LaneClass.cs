namespace Router.Engine.Dispatch;

/// <summary>The lanes of one class of urgency at one provider: tenants in turn, and each tenant's lanes in turn.</summary>
internal sealed class LaneClass
{
    private readonly Queue<TenantLanes> turn = new();
    private readonly Dictionary<int, TenantLanes> tenants = [];

    /// <summary>Whether a lane is ready.</summary>
    public bool HasReady => turn.Count > 0;

    /// <summary>Queues a lane that is ready.</summary>
    public void Add(DispatchLane lane)
    {
        if (lane.Queued)
        {
            return;
        }

        lane.Queued = true;
        if (!tenants.TryGetValue(lane.Key.Tenant, out TenantLanes? of))
        {
            tenants.Add(lane.Key.Tenant, of = new TenantLanes(lane.Key.Tenant));
        }

        of.Lanes.Enqueue(lane);
        if (of.Lanes.Count == 1)
        {
            turn.Enqueue(of);
        }
    }

    /// <summary>Takes the lane whose turn it is; it is put back with <see cref="Add"/> when it has more.</summary>
    public DispatchLane Take()
    {
        TenantLanes of = turn.Dequeue();
        DispatchLane lane = of.Lanes.Dequeue();
        lane.Queued = false;
        if (of.Lanes.Count > 0)
        {
            turn.Enqueue(of);
        }
        else
        {
            tenants.Remove(of.Tenant); // bounded by the tenants that have something ready
        }

        return lane;
    }

    private sealed class TenantLanes(int tenant)
    {
        public readonly int Tenant = tenant;
        public readonly Queue<DispatchLane> Lanes = new();
    }
}
