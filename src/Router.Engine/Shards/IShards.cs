using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>Whether a request was queued.</summary>
public enum Intake : byte
{
    /// <summary>Queued; the listener will be told.</summary>
    Queued = 0,

    /// <summary>The shard's queue is full: wait (streams) or 503 (single).</summary>
    Full = 1,

    /// <summary>The tenant has too many waiting messages: 429.</summary>
    TenantFull = 2,

    /// <summary>The shard has no owner now: 503.</summary>
    NoOwner = 3,
}

/// <summary>What became of a cancel.</summary>
public enum CancelOutcome : byte
{
    /// <summary>Cancelled: it does not leave.</summary>
    Cancelled = 0,

    /// <summary>It had left, or ended otherwise: 409.</summary>
    AlreadyLeft = 1,

    /// <summary>Nothing known of it in memory: finished, or not there.</summary>
    NotFound = 2,

    /// <summary>Not kept; try again: 503.</summary>
    Unavailable = 3,
}

/// <summary>What a shard knows of a message beyond the journal.</summary>
/// <param name="Found">Whether it is under way.</param>
/// <param name="Status"><c>scheduled</c>, <c>queued</c>, <c>sending</c> or <c>accepted</c>.</param>
/// <param name="Provider">Number of the provider it was released to; 0: none.</param>
public readonly record struct LiveMessage(bool Found, MessageStatus Status, int Provider);

/// <summary>The way into the shards' owners, wherever they live: straight into the queue of a local one, by a call to another silo's.</summary>
public interface IShards
{
    /// <summary>Queues a message for its shard. Never blocks.</summary>
    Intake TryAccept(AcceptRequest request);

    /// <summary>Ends once the shard's queue may have room again, or its owner changed.</summary>
    ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken);

    /// <summary>Changes flags; answered once kept and once no release of that contact is open (DESIGN §3). Null: not kept, try again.</summary>
    ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken);

    /// <summary>Cancels a message of <paramref name="tenant"/>; answered once it is certain.</summary>
    ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken);

    /// <summary>Looks at a message under way.</summary>
    ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken);
}
