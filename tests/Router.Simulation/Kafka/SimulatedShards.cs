using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.Simulation.Kafka;

/// <summary>The way of a silo's records into the shards, here or by a call to another silo, as Orleans' part of the product has it.</summary>
internal sealed class SimulatedShards(SimulationRun run, SimulatedSilo silo, TimeProvider time) : IShards
{
    private static readonly TimeSpan Room = TimeSpan.FromMilliseconds(20);

    public Intake TryAccept(AcceptRequest request)
    {
        Intake intake = silo.Engine.TryAccept(request);
        if (intake != Intake.NoOwner || run.OwnerOf(request.Contact.Shard, but: silo) is not { } owner)
        {
            return intake;
        }

        run.Coverage.Count("act: a record by another silo");
        IAcceptListener listener = request.Listener!;
        run.Network.Send(silo, owner, "a record", tell => SimulationRun.EnterThere(owner, request, tell), kept =>
        {
            request.Listener = listener;
            request.Outcome = kept ? request.Outcome : AcceptOutcome.Unavailable;
            listener.Completed(request);
        });
        return Intake.Queued;
    }

    public ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken) => new(Task.Delay(Room, time, cancellationToken));

    public long WaitingOf(int tenant) => silo.Engine.Waiting.Of(tenant);

    public ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();
}
