using Router.Core.Messages;
using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <summary>What a shard does to its silo: implemented by its owner.</summary>
internal interface IShardEffects
{
    /// <summary>A lane has something that may leave; <paramref name="nextSegments"/> of its next message are due.</summary>
    void Offer(int shardLane, in LaneKey key, int available, int nextSegments);

    /// <summary>A message from an end user is to be kept once more, behind what waits of its contact.</summary>
    void TakeAgain(Inbound.InboundTask task);

    /// <summary>An outcome of <paramref name="provider"/> is kept, or needed no keeping.</summary>
    void OutcomeKept(int provider);

    /// <summary>A message of <paramref name="tenant"/> waits that did not come in by the front door.</summary>
    void Started(int tenant);

    /// <summary>A message took a status; that is kept.</summary>
    void Count(Core.Messages.MessageStatus status, Core.Messages.Reason reason);

    /// <summary>A provider took a message that was accepted <paramref name="waitedMs"/> ago; that is kept.</summary>
    void Left(long waitedMs);

    /// <summary>A message of <paramref name="tenant"/> is finished.</summary>
    void Finished(int tenant);

    /// <summary>Reserves credit (millionths); false: the tenant has less.</summary>
    bool TryReserve(int tenant, long amount);

    /// <summary>Gives credit back that was reserved and will not be spent.</summary>
    void GiveBack(int tenant, long amount);

    /// <summary>A segment was taken, but whether that is kept is not known as the ownership ends: the next owner tells.</summary>
    void Doubt(in Credit.DoubtfulCharge charge);

    /// <summary>Whether a provider exists, is enabled and up, does not drain, and its breaker is closed.</summary>
    bool IsHealthy(int provider);

    /// <summary>Whether a message may be routed to a provider to see whether it works again.</summary>
    bool TryTakeTrial(int provider);

    /// <summary>The provider's retry rule.</summary>
    Providers.RetryRule RetryRule(int provider);

    /// <summary>Whether the provider's receipts tell of whole messages.</summary>
    bool HasWholeReceipts(int provider);

    /// <summary>Has the journal's tables asked who awaits a receipt; it comes back with the answer.</summary>
    void LookUp(ReceiptTask receipt);

    /// <summary>Nobody awaits a receipt: it is kept as unmatched.</summary>
    void Unmatched(ReceiptTask receipt);

    /// <summary>A receipt could not be kept here and now.</summary>
    void NotKept(ReceiptTask receipt);

    /// <summary>Has the shard of a fallback wake or cancel it; its answer comes back as <see cref="Shard.OnFallbackSettled"/>.</summary>
    void SettleFallback(PendingFallback fallback);

    /// <summary>An inbound message of a conversation is kept: its grain must hear of it.</summary>
    void Hear(int tenant, in ConversationId conversation, ulong head);

    /// <summary>A dead letter was joined of parts: it may be somebody's after all.</summary>
    void LetterJoined(Core.Messages.MessageId letter);

    /// <summary>A traced message waited, until it was handed over or (<paramref name="end"/>) ended.</summary>
    void TraceWait(in Traces.TracedSpan span, Core.Messages.MessageStatus end);

    /// <summary>A provider had a traced message, and this came of it.</summary>
    void TraceSend(in Traces.TracedSpan span, int provider, Providers.OutcomeKind outcome);

    /// <summary>What is counted of messages from end users.</summary>
    Inbound.InboundCounters Inbound { get; }

    /// <summary>A receipt that waited for its message matches now.</summary>
    void Requeue(ReceiptTask receipt);
}
