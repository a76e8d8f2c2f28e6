using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Grains.Conversations;
using Router.Grains.Placement;
using Router.Grains.Streams;

namespace Router.Grains.Shards;

/// <inheritdoc cref="IShardGrain"/>
/// <remarks>Reentrant: its calls only wait for the engine, which has the order.</remarks>
[ByShard, KeepAlive, Reentrant, ImplicitStreamSubscription(ShardStream.Namespace)]
internal sealed class ShardGrain(OwnedShards owned, SiloEngine engine, ConfigurationHolder holder, SliceKeeper slices, ILocalSiloDetails silo)
    : Grain, IShardGrain, IStreamSubscriptionObserver, IAsyncObserver<IRecordSlice>
{
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int shard;
    private long epoch;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        shard = checked((int)this.GetPrimaryKeyLong());
        await holder.Loaded.WaitAsync(cancellationToken);
        epoch = await owned.TakeAsync(shard, Leave, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => owned.ReleaseAsync(shard, epoch, cancellationToken);

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<IRecordSlice>().ResumeAsync(this);

    /// <inheritdoc/>
    public async Task OnNextAsync(IRecordSlice item, StreamSequenceToken? token = null)
    {
        // It is kept once its shard has an owner; and this grain, which has to leave for that, does not go while a call lasts. Whoever comes next is given it again, and finds it begun.
        Task kept = item.KeepAsync(slices);
        if (await Task.WhenAny(kept, left.Task) != kept)
        {
            throw new ShardUnavailableException();
        }

        await kept;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask; // the agent says it in its own log, and delivers again

    /// <inheritdoc/>
    public ValueTask<ShardPlacement> TouchAsync()
    {
        if (engine.StateOf(shard) is { } state && state.Epoch == epoch)
        {
            return new(new ShardPlacement(shard, silo.SiloAddress.ToParsableString(), epoch, state.Waiting));
        }

        Leave();
        throw new ShardUnavailableException();
    }

    /// <inheritdoc/>
    public async Task<AcceptAnswer[]> AcceptAsync(AcceptItem[] items)
    {
        AcceptBatch batch = new(items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].ToRequest(holder.Current, batch) is not { } request)
            {
                batch.Refuse(i);
                continue;
            }

            request.Token = i;
            Intake intake;
            while ((intake = engine.TryAccept(request)) == Intake.Full)
            {
                await engine.WaitForRoomAsync(shard, CancellationToken.None);
            }

            if (intake != Intake.Queued)
            {
                batch.Refuse(i);
            }
        }

        return await batch.Answers;
    }

    /// <inheritdoc/>
    public async Task<uint?> SetFlagsAsync(int tenant, ulong contactHigh, uint contactLow, uint mask, uint value)
    {
        ContactFlags? flags = await engine.SetFlagsAsync(tenant, new ContactId(contactHigh, contactLow), new FlagsChange(mask, value), CancellationToken.None);
        return flags?.Bits;
    }

    /// <inheritdoc/>
    public async Task<ConversationItem?> ChangeConversationAsync(int tenant, ulong contactHigh, uint contactLow, uint sender, ChangeItem change)
    {
        var id = new ConversationId(new ContactId(contactHigh, contactLow), sender);
        StoredConversation? stored = await engine.ChangeConversationAsync(tenant, id, change.ToChange(), CancellationToken.None);
        return stored is { } kept ? ConversationItem.Of(kept) : null;
    }

    /// <inheritdoc/>
    public async Task<byte> CancelAsync(int tenant, ulong head, ulong tail) =>
        (byte)await engine.CancelAsync(tenant, new MessageId(head, tail), CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> WatchAsync(int tenant, ulong head, ulong tail, int limitMs) =>
        engine.WatchAsync(tenant, new MessageId(head, tail), TimeSpan.FromMilliseconds(limitMs), CancellationToken.None).AsTask();

    /// <inheritdoc/>
    public async Task<PeekAnswer> PeekAsync(int tenant, ulong head, ulong tail)
    {
        LiveMessage live = await engine.PeekAsync(tenant, new MessageId(head, tail), CancellationToken.None);
        return new PeekAnswer { Found = live.Found, Status = (byte)live.Status, Provider = live.Provider };
    }

    /// <inheritdoc/>
    public Task<bool> NotifyAsync(int tenant, byte kind, int subject) =>
        engine.NotifyHereAsync(tenant, (NoticeKind)kind, subject, CancellationToken.None).AsTask();

    /// <inheritdoc/>
    public async Task<long?> PurgeAsync(int? tenant, int? provider, byte? purpose) =>
        await engine.PurgeAsync(shard, new PurgeFilter(tenant, provider, (Purpose?)purpose), CancellationToken.None);

    /// <inheritdoc/>
    public async Task<QueueItem[]?> QueuesAsync(int? tenant, int? provider, byte? purpose) =>
        (await engine.QueuesAsync(shard, new PurgeFilter(tenant, provider, (Purpose?)purpose), CancellationToken.None))?.Select(QueueItem.Of).ToArray();

    /// <inheritdoc/>
    public async Task<bool> SettleFallbackAsync(int tenant, ulong head, ulong tail, bool wakes) =>
        await engine.SettleFallbackAsync(tenant, new MessageId(head, tail), wakes, CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> ReceiveAsync(ReceiptItem receipt)
    {
        TaskCompletionSource<bool> kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.ReceiveForwarded(receipt.ToReceipt(), static (state, _, isKept) => ((TaskCompletionSource<bool>)state!).TrySetResult(isKept), kept, 0);
        return kept.Task;
    }

    /// <inheritdoc/>
    public Task<byte> ReceiveInboundAsync(InboundItem item)
    {
        TaskCompletionSource<byte> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.ReceiveForwarded(item.ToTask(task => ended.TrySetResult((byte)task.Outcome)));
        return ended.Task;
    }

    /// <inheritdoc/>
    public Task<bool> EndDeadLetterAsync(ulong head, ulong tail, ulong contactHigh, uint contactLow, uint sender) =>
        engine.EndDeadLetterHereAsync(new MessageId(head, tail), new ContactId(contactHigh, contactLow), sender).AsTask();

    // Any thread. The next touch wakes the shard again, wherever it belongs by then.
    private void Leave()
    {
        GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "the ownership ended"));
        left.TrySetResult();
    }
}
