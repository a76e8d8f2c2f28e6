using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>The way in: straight into the owner's queue.</content>
public sealed partial class SiloEngine
{
    /// <inheritdoc/>
    public Intake TryAccept(AcceptRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ShardOwner? owner = Volatile.Read(ref owners[request.Contact.Shard]);
        if (owner is null or { TakesMessages: false } || draining)
        {
            return Intake.NoOwner;
        }

        if (Memory.IsShort)
        {
            return Intake.NoMemory;
        }

        Core.Tenants.Tenant tenant = request.Tenant!;

        // A fallback leaves a place for its message: else the last places of a tenant would be taken by fallbacks whose messages find none.
        if (!Waiting.TryIncrement(tenant.Number, tenant.Settings.Limits.Waiting - (request.IsDormant ? 1 : 0)))
        {
            return Intake.TenantFull;
        }

        request.Outcome = AcceptOutcome.Pending;
        request.IsKnownUnkept = false;
        if (owner.TryAccept(request))
        {
            return Intake.Queued;
        }

        Waiting.Decrement(tenant.Number);
        return owner.TakesMessages ? Intake.Full : Intake.NoOwner;
    }

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken) =>
        Volatile.Read(ref owners[shard]) is { } owner ? new ValueTask(owner.WaitForRoomAsync().WaitAsync(cancellationToken)) : default;

    /// <inheritdoc/>
    public async ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken)
    {
        var task = new FlagsTask(tenant, contact, change);
        return Post(contact.Shard, new UrgentCommand { Kind = CommandKind.Flags, Target = task })
            ? await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken)
    {
        var task = new ConversationTask(tenant, id, change);
        return Post(id.Shard, new UrgentCommand { Kind = CommandKind.Conversation, Target = task })
            ? await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken)
    {
        var task = new CancelTask(tenant, id);
        return Post(id.Shard, new UrgentCommand { Kind = CommandKind.Cancel, Target = task })
            ? await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : CancelOutcome.Unavailable;
    }

    /// <inheritdoc/>
    public async ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken)
    {
        var task = new PeekTask(tenant, id);
        return Post(id.Shard, new UrgentCommand { Kind = CommandKind.Peek, Target = task })
            ? await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
            : default;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken)
    {
        var task = new WatchTask(tenant, id, (long)limit.TotalMilliseconds);
        return !Post(id.Shard, new UrgentCommand { Kind = CommandKind.Watch, Target = task }) || await task.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public long WaitingOf(int tenant) => Waiting.Of(tenant);

    /// <summary>The owner of a shard here; null: none. For tests.</summary>
    internal ShardOwner? OwnerOf(int shard) => Volatile.Read(ref owners[shard]);

    /// <summary>Queues a command for a shard's owner here; false when there is none.</summary>
    internal bool Post(int shard, in UrgentCommand command) => Volatile.Read(ref owners[shard]) is { } owner && owner.Post(command);
}
