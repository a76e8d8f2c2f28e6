using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>
/// What a <see cref="MemoryJournal"/> keeps: the stand-in for a file or a database. It outlives the journals over it, so a test ends a journal ("crash")
/// and opens another over the same store, or lets two silos share it. All members may be called from any thread.
/// </summary>
public sealed partial class MemoryStore
{
    /// <summary>How long an idempotency key answers: 24 h (DESIGN §6), counted from the first message's <see cref="AcceptedMessage.AcceptedAtMs"/>.</summary>
    public const long IdempotencyMs = 24 * 60 * 60 * 1000L;

    private readonly Lock sync = new();
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly ulong[] lastHeads = new ulong[MessageId.ShardCount];
    private readonly SortedDictionary<ulong, MemoryMessage>[] unfinished = NewShards();
    private readonly Dictionary<ulong, MemoryMessage> messages = [];
    private readonly Dictionary<int, SortedSet<ulong>> headsByTenant = [];
    private readonly Dictionary<ContactId, SortedSet<ulong>> headsByContact = [];
    private readonly Dictionary<ContactId, StoredContact> contacts = [];
    private readonly Dictionary<ContactId, List<long>> departures = [];
    private readonly Dictionary<(int Tenant, UInt128 Key), FirstUse> idempotency = [];
    private readonly Dictionary<ulong, AwaitedSegment> awaited = [];
    private readonly Dictionary<(int Tenant, ConversationId Id), StoredConversation> conversations = [];
    private readonly List<(int Shard, UnmatchedReceipt Receipt)> unmatched = [];

    /// <summary>The log, shared by all journals over this store.</summary>
    public MemoryEventLog Log { get; } = new();

    /// <summary>What tenants have used.</summary>
    public MemoryUsage Usage { get; } = new();

    /// <summary>Commits that stored something.</summary>
    public long Commits
    {
        get
        {
            lock (sync)
            {
                return commit;
            }
        }
    }

    /// <summary>Messages kept.</summary>
    public int MessageCount
    {
        get
        {
            lock (sync)
            {
                return messages.Count;
            }
        }
    }

    /// <summary>The epoch that owns <paramref name="shard"/> now; 0: never taken.</summary>
    public long EpochOf(int shard)
    {
        lock (sync)
        {
            return epochs[shard];
        }
    }

    /// <summary>Every message kept with its last status, in the order of ids: for checks of a whole run.</summary>
    public IReadOnlyList<(AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> Snapshot()
    {
        lock (sync)
        {
            return [.. messages.Values.OrderBy(static m => m.Accepted.Id)
                .Select(static m => (m.Accepted, m.Status, (IReadOnlyList<StoredEvent>)[.. m.Events]))];
        }
    }

    /// <summary>Every receipt kept that found no message.</summary>
    public IReadOnlyList<UnmatchedReceipt> Unmatched()
    {
        lock (sync)
        {
            return [.. unmatched.Select(static u => u.Receipt)];
        }
    }

    /// <summary>Departures given back with contacts.</summary>
    public long DeparturesRead { get; private set; }

    /// <summary>
    /// Of a message: its contact, the commit that kept its last <see cref="EntryKind.Leaving"/> (0: none), whether that is open, and whether segments of it were sent.
    /// </summary>
    public (ContactId Contact, long Commit, bool IsOpen, bool HasPart) LeavingOf(MessageId id)
    {
        lock (sync)
        {
            MemoryMessage message = messages[id.Head];
            return (message.Accepted.Contact, message.LeavingCommit, message.IsLeaving, message.SegmentsSent is not null);
        }
    }

    internal List<TakenShard> Take(IReadOnlyList<int> shards, IRecordSealer sealer)
    {
        lock (sync)
        {
            var awaitedByShard = awaited.GroupBy(static a => a.Value.Message.Accepted.Id.Shard).ToDictionary(static g => g.Key);
            var taken = new List<TakenShard>(shards.Count);
            foreach (int shard in shards)
            {
                taken.Add(new TakenShard
                {
                    Shard = shard,
                    Epoch = ++epochs[shard],
                    LastIdMs = (long)(lastHeads[shard] >> 16),
                    Unfinished = [.. unfinished[shard].Values.Select(m => m.ToUnfinished(sealer))],
                    Awaited = awaitedByShard.TryGetValue(shard, out var own)
                        ? [.. own.Where(static a => a.Value.Message.IsAwaiting).Select(static a => ToAwaited(a.Key, a.Value))]
                        : [],
                    Unmatched = [.. unmatched.Where(u => u.Shard == shard).Select(static u => u.Receipt)],
                });
            }

            return taken;
        }
    }

    internal bool[] Renew(IReadOnlyList<ShardEpoch> owned)
    {
        lock (sync)
        {
            return [.. owned.Select(o => epochs[o.Shard] == o.Epoch)];
        }
    }

    private static SortedDictionary<ulong, MemoryMessage>[] NewShards()
    {
        var shards = new SortedDictionary<ulong, MemoryMessage>[MessageId.ShardCount];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = [];
        }

        return shards;
    }

    private static AwaitedReceipt ToAwaited(ulong key, AwaitedSegment segment)
    {
        ref readonly AcceptedMessage accepted = ref segment.Message.Accepted;
        return new AwaitedReceipt
        {
            ReceiptKey = key,
            Message = accepted.Id,
            Contact = accepted.Contact,
            Sender = accepted.Sender,
            Tenant = accepted.Tenant,
            Provider = segment.Provider,
            Segment = segment.Segment,
            Scope = segment.Scope,
            Segments = accepted.Segments,
            HasReference = accepted.HasReference,
            Status = segment.Message.Status,
            ValidUntilMs = accepted.ValidUntilMs,
            SegmentsDelivered = (byte[]?)segment.Message.SegmentsDelivered?.Clone(),
        };
    }

    private readonly record struct FirstUse(MessageId Id, ulong BodyHash, long AtMs);

    private readonly record struct AwaitedSegment(MemoryMessage Message, int Provider, byte Segment, ReceiptScope Scope);
}
