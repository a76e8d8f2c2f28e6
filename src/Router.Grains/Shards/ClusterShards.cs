using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Grains.Conversations;

namespace Router.Grains.Shards;

/// <summary>The way into the shards' owners: straight into this silo's engine for a shard owned here, by a call to the shard's grain otherwise. Any thread.</summary>
/// <remarks>Hot path for local shards: one look-up and the engine's own cost, 0 B. The way to another silo is plain, not fast.</remarks>
internal sealed class ClusterShards : IShards, INotices, IReceiptsElsewhere, IFallbacksElsewhere, IInboundElsewhere
{
    // A third of the time after which Orleans gives up a call (30 s): a longer watch is several calls.
    private const int RemoteWatchMs = 10_000;

    private readonly SiloEngine engine;
    private readonly ShardKeeper keeper;
    private readonly IGrainFactory grains;
    private readonly RemoteFaults faults;
    private readonly RemoteShard[] remote;

    /// <summary>Made once a silo.</summary>
    public ClusterShards(SiloEngine engine, ShardKeeper keeper, IGrainFactory grains, RouterSiloOptions options, RemoteFaults faults)
    {
        this.engine = engine;
        this.keeper = keeper;
        this.grains = grains;
        this.faults = faults;
        remote = [.. Enumerable.Range(0, MessageId.ShardCount).Select(shard => new RemoteShard(shard, grains.GetGrain<IShardGrain>(shard), options.RemoteQueue, faults))];
        engine.Elsewhere = this;
        engine.FallbacksElsewhere = this;
        engine.InboundElsewhere = this;
        engine.NoticesElsewhere = this;
    }

    /// <inheritdoc/>
    public Intake TryAccept(AcceptRequest request)
    {
        Intake intake = engine.TryAccept(request);
        return intake == Intake.NoOwner ? TryAcceptRemote(request) : intake;
    }

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken) => engine.Owns(shard)
        ? engine.WaitForRoomAsync(shard, cancellationToken)
        : new ValueTask(remote[shard].WaitForRoomAsync(cancellationToken));

    /// <inheritdoc/>
    public ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken) => engine.Owns(contact.Shard)
        ? engine.SetFlagsAsync(tenant, contact, change, cancellationToken)
        : SetFlagsRemoteAsync(tenant, contact, change, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken) => engine.Owns(id.Shard)
        ? engine.ChangeConversationAsync(tenant, id, change, cancellationToken)
        : ChangeConversationRemoteAsync(tenant, id, change, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken) => engine.Owns(id.Shard)
        ? engine.CancelAsync(tenant, id, cancellationToken)
        : CancelRemoteAsync(tenant, id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken) => engine.Owns(id.Shard)
        ? engine.WatchAsync(tenant, id, limit, cancellationToken)
        : WatchRemoteAsync(tenant, id, (int)limit.TotalMilliseconds, cancellationToken);

    /// <inheritdoc/>
    public long WaitingOf(int tenant) => engine.WaitingOf(tenant);

    /// <inheritdoc/>
    public ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken) => engine.Owns(id.Shard)
        ? engine.PeekAsync(tenant, id, cancellationToken)
        : PeekRemoteAsync(tenant, id, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> NotifyAsync(int tenant, NoticeKind kind, int subject, CancellationToken cancellationToken)
    {
        int shard = SiloEngine.ShardOfNotices(tenant);
        if (engine.Owns(shard))
        {
            return await engine.NotifyHereAsync(tenant, kind, subject, cancellationToken);
        }

        try
        {
            return await grains.GetGrain<IShardGrain>(shard).NotifyAsync(tenant, (byte)kind, subject).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (Told(shard, exception, cancellationToken))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken)
    {
        long?[] counts = await Task.WhenAll(Enumerable.Range(0, MessageId.ShardCount).Select(shard => PurgeAsync(shard, filter, cancellationToken)));
        return Array.TrueForAll(counts, static c => c is not null) ? counts.Sum() : null;
    }

    /// <inheritdoc/>
    public async ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken) =>
        QueueLook.Of(await Task.WhenAll(Enumerable.Range(0, MessageId.ShardCount).Select(shard => QueuesAsync(shard, filter, cancellationToken))));

    /// <inheritdoc/>
    public bool TryForward(int shard, in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        if (!keeper.IsElsewhere(shard))
        {
            return false;
        }

        _ = ForwardAsync(shard, ReceiptItem.Of(receipt), acknowledge, state, token);
        return true;
    }

    /// <inheritdoc/>
    public bool TrySettle(int tenant, MessageId fallback, bool wakes, Action<bool> answer)
    {
        if (!keeper.IsElsewhere(fallback.Shard))
        {
            return false;
        }

        _ = SettleAsync(tenant, fallback, wakes, answer);
        return true;
    }

    private async Task SettleAsync(int tenant, MessageId fallback, bool wakes, Action<bool> answer)
    {
        bool settled = false;
        try
        {
            settled = await grains.GetGrain<IShardGrain>(fallback.Shard).SettleFallbackAsync(tenant, fallback.Head, fallback.Tail, wakes).ConfigureAwait(false);
        }
        catch (Exception exception) when (Told(fallback.Shard, exception))
        {
            // It may be kept: asked again, it does nothing more.
        }

        answer(settled);
    }

    /// <inheritdoc/>
    public bool TryForward(int shard, InboundTask task)
    {
        if (!keeper.IsElsewhere(shard))
        {
            return false;
        }

        _ = ForwardAsync(shard, task);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> EndDeadLetterAsync(MessageId letter, ContactId contact, uint sender)
    {
        try
        {
            return await grains.GetGrain<IShardGrain>(letter.Shard).EndDeadLetterAsync(letter.Head, letter.Tail, contact.High, contact.Low, sender).ConfigureAwait(false);
        }
        catch (Exception exception) when (Told(letter.Shard, exception))
        {
            return false;
        }
    }

    private async Task ForwardAsync(int shard, InboundTask task)
    {
        InboundOutcome outcome = InboundOutcome.NotKept;
        try
        {
            outcome = (InboundOutcome)await grains.GetGrain<IShardGrain>(shard).ReceiveInboundAsync(InboundItem.Of(task)).ConfigureAwait(false);
        }
        catch (Exception exception) when (Told(shard, exception))
        {
            // Not kept for all we know: the carrier sends it again.
        }

        task.Answer(outcome);
    }

    private async Task ForwardAsync(int shard, ReceiptItem receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        bool kept = false;
        try
        {
            kept = await grains.GetGrain<IShardGrain>(shard).ReceiveAsync(receipt).ConfigureAwait(false);
        }
        catch (Exception exception) when (Told(shard, exception))
        {
            // Not kept for all we know: the carrier sends it again, and a receipt that comes twice is told once.
        }

        acknowledge(state, token, kept);
    }

    private Intake TryAcceptRemote(AcceptRequest request)
    {
        int shard = request.Contact.Shard;
        if (keeper.IsElsewhere(shard))
        {
            return remote[shard].TryAccept(request) ? Intake.Queued : Intake.Full;
        }

        return Intake.NoOwner;
    }

    private async ValueTask<ContactFlags?> SetFlagsRemoteAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken)
    {
        try
        {
            uint? bits = await grains.GetGrain<IShardGrain>(contact.Shard)
                .SetFlagsAsync(tenant, contact.High, contact.Low, change.Mask, change.Value).WaitAsync(cancellationToken);
            return bits is { } known ? new ContactFlags(known) : null;
        }
        catch (Exception exception) when (Told(contact.Shard, exception, cancellationToken))
        {
            return null;
        }
    }

    private async ValueTask<StoredConversation?> ChangeConversationRemoteAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken)
    {
        try
        {
            ConversationItem? stored = await grains.GetGrain<IShardGrain>(id.Shard)
                .ChangeConversationAsync(tenant, id.Contact.High, id.Contact.Low, id.Sender, ChangeItem.Of(change)).WaitAsync(cancellationToken);
            return stored?.ToStored();
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return null;
        }
    }

    private async ValueTask<CancelOutcome> CancelRemoteAsync(int tenant, MessageId id, CancellationToken cancellationToken)
    {
        try
        {
            return (CancelOutcome)await grains.GetGrain<IShardGrain>(id.Shard).CancelAsync(tenant, id.Head, id.Tail).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return CancelOutcome.Unavailable;
        }
    }

    private async ValueTask<bool> WatchRemoteAsync(int tenant, MessageId id, int leftMs, CancellationToken cancellationToken)
    {
        try
        {
            for (; leftMs > 0; leftMs -= RemoteWatchMs)
            {
                if (await grains.GetGrain<IShardGrain>(id.Shard).WatchAsync(tenant, id.Head, id.Tail, Math.Min(leftMs, RemoteWatchMs)).WaitAsync(cancellationToken))
                {
                    return true;
                }
            }

            return false;
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return true;
        }
    }

    private async ValueTask<LiveMessage> PeekRemoteAsync(int tenant, MessageId id, CancellationToken cancellationToken)
    {
        try
        {
            PeekAnswer answer = await grains.GetGrain<IShardGrain>(id.Shard).PeekAsync(tenant, id.Head, id.Tail).WaitAsync(cancellationToken);
            return new LiveMessage(answer.Found, (MessageStatus)answer.Status, answer.Provider);
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return default;
        }
    }

    private async Task<long?> PurgeAsync(int shard, PurgeFilter filter, CancellationToken cancellationToken)
    {
        if (engine.Owns(shard) || !keeper.IsElsewhere(shard))
        {
            return await engine.PurgeAsync(shard, filter, cancellationToken);
        }

        try
        {
            return await grains.GetGrain<IShardGrain>(shard).PurgeAsync(filter.Tenant, filter.Provider, (byte?)filter.Purpose).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (Told(shard, exception, cancellationToken))
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<QueueState>?> QueuesAsync(int shard, PurgeFilter filter, CancellationToken cancellationToken)
    {
        if (engine.Owns(shard) || !keeper.IsElsewhere(shard))
        {
            return await engine.QueuesAsync(shard, filter, cancellationToken);
        }

        try
        {
            QueueItem[]? items = await grains.GetGrain<IShardGrain>(shard).QueuesAsync(filter.Tenant, filter.Provider, (byte?)filter.Purpose).WaitAsync(cancellationToken);
            return items is null ? null : Array.ConvertAll(items, static item => item.ToState());
        }
        catch (Exception exception) when (Told(shard, exception, cancellationToken))
        {
            return null;
        }
    }

    // A fault in the other silo comes as whatever was thrown there, a cancellation among it: logged, and answered as unavailable. False for a caller who gave up.
    private bool Told(int shard, Exception exception, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        faults.Add(shard, exception);
        return true;
    }
}
