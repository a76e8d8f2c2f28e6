using Router.Engine.Credit;
using Router.Engine.Journal;

namespace Router.Engine;

/// <content>Credit: one pool for all shards here.</content>
public sealed partial class SiloEngine
{
    private readonly Lock doubtGate = new();
    private readonly List<DoubtfulCharge> doubts = [];

    /// <summary>What each tenant has left.</summary>
    public CreditPool Credit { get; }

    internal void Doubt(in DoubtfulCharge charge)
    {
        lock (doubtGate)
        {
            doubts.Add(charge);
        }
    }

    /// <summary>A shard was taken anew, after its owner before ended: what was told to the journal and has left by what the journal has was kept, and is spent.</summary>
    internal void ResolveDoubts(TakenShard taken)
    {
        List<DoubtfulCharge> mine;
        lock (doubtGate)
        {
            mine = doubts.FindAll(d => d.Message.Shard == taken.Shard);
            doubts.RemoveAll(d => d.Message.Shard == taken.Shard);
        }

        if (mine.Count == 0)
        {
            return;
        }

        var unfinished = taken.Unfinished.ToDictionary(static m => m.Accepted.Id);
        foreach (DoubtfulCharge charge in mine)
        {
            bool kept = !unfinished.TryGetValue(charge.Message, out UnfinishedMessage message)
                || (charge.IsLast ? message.HasEnded : message.SegmentsSent is { } sent && ((sent[charge.Segment >> 3] >> (charge.Segment & 7)) & 1) != 0);
            if (kept)
            {
                Credit.AddSpent(charge.Tenant, charge.Price);
            }
        }
    }

    private void OnBalanceLow(int tenant)
    {
        Log.BalanceLow(Configuration.FindTenant(tenant)?.Name ?? "(removed)");
        Notify(tenant, NoticeKind.BalanceLow);
    }
}
