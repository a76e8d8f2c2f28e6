namespace Router.Engine.Dispatch;

/// <summary>
/// The lanes of one class of urgency at one provider: tenants in turn by deficit round robin over segments, and each tenant's lanes in turn. Single-threaded.
/// </summary>
/// <remarks>
/// Hot path, 0 B in the steady state. A tenant whose turn comes gets a quantum and is asked until it is used up; what it takes beyond (a message is not cut) is a debt that its next turns pay.
/// So over any time in which two tenants have something ready, their shares differ by no more than two quanta and two releases. A tenant is away while its only shard
/// answers: its debt stays, and is paid off as fast as the others' shares grow (<see cref="shareOfEach"/>). Alone it is not held to its quantum.
/// </remarks>
internal sealed class LaneClass
{
    private const int AwayMax = 1_024;
    private readonly Queue<TenantLanes> turn = new();
    private readonly Dictionary<int, TenantLanes> tenants = [];
    private readonly Stack<TenantLanes> free = new();

    // Segments that each of the tenants in turn has had since the beginning: the virtual time of fair queueing.
    private double shareOfEach;
    private int ready;

    /// <summary>Whether a lane is ready.</summary>
    public bool HasReady => ready > 0;

    /// <summary>Queues a lane that is ready.</summary>
    public void Add(DispatchLane lane)
    {
        if (lane.Queued)
        {
            return;
        }

        lane.Queued = true;
        ready++;
        TenantLanes of = Find(lane.Key.Tenant);
        of.Lanes.Enqueue(lane);
        if (!of.InTurn)
        {
            of.InTurn = true;
            of.Deficit = Math.Min(0, of.Deficit + Math.Max(0, shareOfEach - of.LeftAt)); // less, where others gave back what they had been charged before it left
            turn.Enqueue(of);
        }
    }

    /// <summary>Puts back the lane taken last, for which nothing was charged: the next one taken is it.</summary>
    public void PutBack(DispatchLane lane)
    {
        lane.Queued = true;
        ready++;
        tenants[lane.Key.Tenant].First = lane; // its tenant's turn has not ended
    }

    /// <summary>Takes the lane whose turn it is, to be charged for by <see cref="Charge"/>; it is put back with <see cref="Add"/> when it has more. One is ready.</summary>
    /// <param name="quantum">Segments of a turn, 1 or more.</param>
    /// <param name="share">Segments that it may take now, 1 or more; <see cref="int.MaxValue"/>: nobody else is in turn.</param>
    public DispatchLane Take(int quantum, out int share)
    {
        int looked = 0;
        while (true)
        {
            TenantLanes of = turn.Peek();
            if (!of.HasLanes)
            {
                // Only now: one whose lane is put back at once goes on with its turn.
                turn.Dequeue();
                of.InTurn = false;
                of.HasQuantum = false;
                of.Deficit = Math.Min(of.Deficit, 0);
                of.LeftAt = shareOfEach;
                continue;
            }

            of.Deficit += of.HasQuantum ? 0 : quantum;
            of.HasQuantum = true;
            if (of.Deficit >= 1)
            {
                share = turn.Count == 1 ? int.MaxValue : (int)of.Deficit;
                DispatchLane lane = of.First ?? of.Lanes.Dequeue();
                of.First = null;
                lane.Queued = false;
                ready--;
                return lane;
            }

            EndTurn();
            if (++looked == turn.Count)
            {
                PayDebts(quantum);
            }
        }
    }

    /// <summary>The tenant of the lane taken last was asked for <paramref name="segments"/>. Returns what a segment of them counts for each tenant in turn.</summary>
    public double Charge(int tenant, int segments)
    {
        TenantLanes of = tenants[tenant]; // in turn: never forgotten
        double each = 1.0 / Math.Max(1, turn.Count);
        shareOfEach += segments * each;
        of.Deficit -= segments;
        if (of.Deficit < 1 && turn.Peek() == of)
        {
            EndTurn();
        }

        return each;
    }

    /// <summary>So many of the segments that a tenant was charged for were not used: they count for nobody, whoever is in turn by now. <paramref name="each"/> is what <see cref="Charge"/> returned.</summary>
    public void Uncharge(int tenant, int segments, double each)
    {
        shareOfEach -= segments * each;
        if (tenants.TryGetValue(tenant, out TenantLanes? of))
        {
            of.Deficit += segments;
            if (!of.InTurn)
            {
                of.Deficit = Math.Min(of.Deficit, 0);
                of.LeftAt -= segments * each; // it has left since
            }
        }
    }

    private void EndTurn()
    {
        TenantLanes of = turn.Dequeue();
        of.HasQuantum = false;
        turn.Enqueue(of);
    }

    private TenantLanes Find(int tenant)
    {
        if (tenants.TryGetValue(tenant, out TenantLanes? of))
        {
            return of;
        }

        if (tenants.Count >= turn.Count + AwayMax)
        {
            ForgetAway();
        }

        of = free.TryPop(out TenantLanes? used) ? used : new TenantLanes();
        of.Tenant = tenant;
        of.Deficit = 0;
        of.LeftAt = shareOfEach;
        tenants.Add(tenant, of);
        return of;
    }

    // A whole round gave nobody enough: as many rounds as the first needs, at once.
    private void PayDebts(int quantum)
    {
        double least = double.MaxValue;
        foreach (TenantLanes of in turn)
        {
            least = of.HasLanes ? Math.Min(least, 1 - of.Deficit) : least;
        }

        double rounds = Math.Max(0, Math.Ceiling(least / quantum) - 1);
        foreach (TenantLanes of in turn)
        {
            of.Deficit += rounds * quantum;
        }
    }

    // Bounded by the tenants that have something ready and so many debtors; beyond that their debts are forgiven.
    private void ForgetAway()
    {
        foreach ((int tenant, TenantLanes of) in tenants)
        {
            if (!of.InTurn)
            {
                tenants.Remove(tenant); // allowed while enumerating
                free.Push(of);
            }
        }
    }

    private sealed class TenantLanes
    {
        public readonly Queue<DispatchLane> Lanes = new();

        /// <summary>Before all <see cref="Lanes"/>; null: none.</summary>
        public DispatchLane? First;

        public int Tenant;

        /// <summary>Stands in turn.</summary>
        public bool InTurn;

        /// <summary>Its turn has begun.</summary>
        public bool HasQuantum;

        /// <summary>Segments it may still take in its turn; negative: a debt.</summary>
        public double Deficit;

        /// <summary>Everybody's share when it left.</summary>
        public double LeftAt;

        public bool HasLanes => First is not null || Lanes.Count > 0;
    }
}
