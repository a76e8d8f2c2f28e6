using System.Collections.Concurrent;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Shards;

namespace Router.Grains.Tests;

internal sealed class FakeEngine : ISiloEngine
{
    private readonly ConcurrentDictionary<int, TakenShard> owned = new();

    public List<Configuration> Applied { get; } = [];

    public Action<int>? ShardLost { get; set; }

    public int OwnedCount => owned.Count;

    public void Apply(Configuration configuration) => Applied.Add(configuration);

    public void Own(TakenShard taken) => owned[taken.Shard] = taken;

    public ValueTask DisownAsync(int shard)
    {
        owned.TryRemove(shard, out _);
        return default;
    }

    /// <summary>The owner ends by itself.</summary>
    public void End(int shard)
    {
        owned.TryRemove(shard, out _);
        ShardLost!(shard);
    }

    public bool Owns(int shard) => owned.ContainsKey(shard);

    public long WaitingIn(int shard) => 0;

    public void Renewed(int shard, long timestamp)
    {
    }

    public Intake TryAccept(AcceptRequest request)
    {
        if (!Owns(request.Contact.Shard))
        {
            return Intake.NoOwner;
        }

        request.Id = MessageId.Create(1, request.Contact.Shard, 0, 0);
        request.Outcome = AcceptOutcome.Accepted;
        request.Listener!.Completed(request);
        return Intake.Queued;
    }

    public ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken) => default;

    public ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken) =>
        new(Owns(contact.Shard) ? change.Apply(default) : null);

    public ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken) =>
        new(Owns(id.Shard) ? CancelOutcome.Cancelled : CancelOutcome.Unavailable);

    public ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken) => new(new LiveMessage(Owns(id.Shard), MessageStatus.Queued, 7));
}
