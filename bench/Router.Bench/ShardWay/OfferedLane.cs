using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Inbound;
using Router.Engine.Providers;
using Router.Engine.Shards;

namespace Router.Bench.ShardWay;

/// <summary>Stand-in for the silo around a shard: remembers the lane that it offered. One provider, always up.</summary>
internal sealed class OfferedLane : IShardEffects
{
    private LaneKey _key;

    /// <summary>The dispatcher's lane.</summary>
    public DispatchLane? Lane { get; private set; }

    /// <summary>The shard's number for it.</summary>
    public int ShardLane { get; private set; }

    /// <summary>Whether it was offered and not asked for yet.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Outcomes told as kept.</summary>
    public long OutcomesKept { get; private set; }

    public void TakeAgain(InboundTask task)
    {
    }

    public void Offer(int shardLane, in LaneKey key, int available, int nextSegments)
    {
        if (Lane is null || _key != key)
        {
            _key = key;
            Lane = new DispatchLane(key);
        }

        ShardLane = shardLane;
        IsOpen = true;
    }

    public void OutcomeKept(int provider) => OutcomesKept++;

    public void Started(int tenant)
    {
    }

    public void Count(MessageStatus status, Reason reason)
    {
    }

    public void Left(long waitedMs)
    {
    }

    public void Finished(int tenant)
    {
    }

    public bool TryReserve(int tenant, long amount) => true;

    public void GiveBack(int tenant, long amount)
    {
    }

    public void Doubt(in Engine.Credit.DoubtfulCharge charge) => throw new NotSupportedException();
    public InboundCounters Inbound { get; } = new();

    public void LetterJoined(MessageId letter) => throw new NotSupportedException();

    public bool IsHealthy(int provider) => true;

    public bool HasWholeReceipts(int provider) => false;

    public void SettleFallback(PendingFallback fallback) => throw new NotSupportedException();

    public bool TryTakeTrial(int provider) => false;

    public RetryRule RetryRule(int provider) => Engine.Providers.RetryRule.Default;

    public void LookUp(ReceiptTask receipt) => throw new NotSupportedException();

    public void Unmatched(ReceiptTask receipt) => throw new NotSupportedException();

    public void NotKept(ReceiptTask receipt) => throw new NotSupportedException();

    public void Hear(int tenant, in Core.Messages.ConversationId conversation, ulong head) => throw new NotSupportedException();

    public void TraceWait(in Engine.Traces.TracedSpan span, MessageStatus end) => throw new NotSupportedException();

    public void TraceSend(in Engine.Traces.TracedSpan span, int provider, OutcomeKind outcome) => throw new NotSupportedException();

    public void Requeue(ReceiptTask receipt) => throw new NotSupportedException();
}
