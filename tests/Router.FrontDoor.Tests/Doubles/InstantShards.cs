using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Shards that accept at once, on the caller's thread, and keep nothing.</summary>
internal class InstantShards : IShards
{
    private long last;

    /// <summary>Messages taken.</summary>
    public int Count => (int)Volatile.Read(ref last);

    public virtual Intake TryAccept(AcceptRequest request)
    {
        Complete(request);
        return Intake.Queued;
    }

    public ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken) => default;

    public ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public long WaitingOf(int tenant) => 0;

    public ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken) => default;

    public ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

    protected void Complete(AcceptRequest request)
    {
        request.Id = MessageId.Create(Interlocked.Increment(ref last), request.Contact.Shard, 0, 0);
        request.Conversation = new ConversationId(request.Contact, 1);
        request.Outcome = AcceptOutcome.Accepted;
        request.Listener!.Completed(request);
    }
}
