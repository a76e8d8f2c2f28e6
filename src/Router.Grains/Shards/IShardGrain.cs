using Router.Grains.Administration;
using Router.Grains.Conversations;

namespace Router.Grains.Shards;

/// <summary>
/// The ownership of shard <c>key</c> (0 to 63): while it is active, its silo's engine runs the shard's owner. The other silos' way to the shard.
/// Traffic inside the silo goes straight into the engine (<see cref="ClusterShards"/>).
/// </summary>
internal interface IShardGrain : IGrainWithIntegerKey
{
    /// <summary>Wakes it, if need be, and says where it is.</summary>
    /// <exception cref="ShardUnavailableException">Its owner has just ended: touch it again.</exception>
    ValueTask<ShardPlacement> TouchAsync();

    /// <summary>Accepts messages from another silo; answered when the fate of all is known.</summary>
    Task<AcceptAnswer[]> AcceptAsync([Immutable] AcceptItem[] items);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.SetFlagsAsync"/>; null: not kept.</summary>
    Task<uint?> SetFlagsAsync(int tenant, ulong contactHigh, uint contactLow, uint mask, uint value);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.ChangeConversationAsync"/>; null: not kept.</summary>
    Task<ConversationItem?> ChangeConversationAsync(int tenant, ulong contactHigh, uint contactLow, uint sender, ChangeItem change);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.CancelAsync"/>.</summary>
    Task<byte> CancelAsync(int tenant, ulong head, ulong tail);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.WatchAsync"/>; for less than the time that a call may take.</summary>
    Task<bool> WatchAsync(int tenant, ulong head, ulong tail, int limitMs);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.PeekAsync"/>.</summary>
    Task<PeekAnswer> PeekAsync(int tenant, ulong head, ulong tail);

    /// <summary>See <see cref="Router.Engine.Shards.INotices.NotifyAsync"/>.</summary>
    Task<bool> NotifyAsync(int tenant, byte kind, int subject);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.PurgeAsync"/>; takes as long as a million messages need.</summary>
    [ResponseTimeout("00:10:00")]
    Task<long?> PurgeAsync(int? tenant, int? provider, byte? purpose);

    /// <summary>See <see cref="Router.Engine.Shards.IShards.QueuesAsync"/>; null: it could not say.</summary>
    Task<QueueItem[]?> QueuesAsync(int? tenant, int? provider, byte? purpose);

    /// <summary>See <see cref="Router.Engine.SiloEngine.SettleFallbackAsync"/>.</summary>
    Task<bool> SettleFallbackAsync(int tenant, ulong head, ulong tail, bool wakes);

    /// <summary>See <see cref="Router.Engine.Providers.IProviderEvents.Receive(in Router.Engine.Providers.Receipt, Action{object?, long, bool}, object?, long)"/>; true: kept.</summary>
    Task<bool> ReceiveAsync(ReceiptItem receipt);

    /// <summary>Takes a message from an end user; answers its <see cref="Router.Engine.Inbound.InboundOutcome"/>.</summary>
    Task<byte> ReceiveInboundAsync(InboundItem item);

    /// <summary>See <see cref="Router.Engine.Inbound.IInboundElsewhere.EndDeadLetterAsync"/>.</summary>
    Task<bool> EndDeadLetterAsync(ulong head, ulong tail, ulong contactHigh, uint contactLow, uint sender);
}
