using System.Collections.Concurrent;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;

namespace Router.JournalBench;

/// <summary>
/// 64 shards that keep the journal busy: each has one part under way, and in each part messages are accepted, those of the part before are sent and those before that delivered.
/// </summary>
internal sealed class Shards : IJournalClient
{
    private readonly Options options;
    private readonly SqliteStore store;
    private readonly BlockingCollection<JournalPart> told = new();
    private readonly State[] shards = new State[MessageId.ShardCount];
    private readonly byte[] record;
    private readonly Random random = new(7);
    private int accepted;
    private int delivered;

    public Shards(Options options, SqliteStore store, IReadOnlyList<TakenShard> taken)
    {
        this.options = options;
        this.store = store;
        record = new byte[options.RecordBytes];
        random.NextBytes(record);
        foreach (TakenShard shard in taken)
        {
            shards[shard.Shard] = new State(new JournalPart(shard.Shard, this) { Epoch = shard.Epoch }, shard.LastIdMs);
        }
    }

    /// <summary>Parts appended.</summary>
    public int Parts { get; private set; }

    /// <summary>Runs until every message is delivered; <paramref name="progress"/> is told the number delivered.</summary>
    public void Run(Action<int> progress)
    {
        foreach (State shard in shards)
        {
            Send(shard);
        }

        int underWay = shards.Length;
        while (underWay > 0)
        {
            JournalPart part = told.Take();
            if (part.Outcome != PartOutcome.Kept)
            {
                throw new IOException($"a part was {part.Outcome}");
            }

            State shard = shards[part.Shard];
            int before = delivered;
            delivered += shard.Advance();
            progress(delivered);
            if (!Send(shard) && delivered == before)
            {
                underWay--;
            }
            else if (part.IsEmpty)
            {
                underWay--;
            }
        }
    }

    public void Appended(JournalPart part) => told.Add(part);

    public void ContactsRead(ContactRead read)
    {
    }

    public void RecordsRead(RecordRead read)
    {
    }

    private bool Send(State shard)
    {
        JournalPart part = shard.Part;
        part.Clear();
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (Message message in shard.Sent)
        {
            Add(part, message, MessageStatus.Delivered, now);
        }

        foreach (Message message in shard.Accepted)
        {
            Add(part, message, MessageStatus.Sent, now);
        }

        for (int i = 0; i < options.PartMessages && accepted < options.Messages; i++, accepted++)
        {
            Accept(shard, now);
        }

        if (part.IsEmpty)
        {
            return false;
        }

        Parts++;
        store.Journal.Append(part);
        return true;
    }

    private void Accept(State shard, long now)
    {
        JournalPart part = shard.Part;
        ulong contactNumber = options.Contacts == 0 ? (ulong)accepted : (ulong)random.Next(options.Contacts / MessageId.ShardCount);
        ulong mixed = (contactNumber + 1) * 0x9E37_79B9_7F4A_7C15;
        mixed ^= mixed >> 29;
        mixed *= 0xBF58_476D_1CE4_E5B9;
        ContactId contact = new((mixed & ~0xFFC0UL) | 0x7000 | ((ulong)(uint)part.Shard << 6), 0x8000_0000 | (uint)(mixed >> 34));
        MessageId id = shard.NextId(now, part.Shard, (ulong)random.NextInt64());
        ref AcceptedMessage message = ref part.Accepted.Add();
        message.Id = id;
        message.Contact = contact;
        message.Sender = 77;
        message.Tenant = 1 + (accepted % options.Tenants);
        message.KeySlot = options.Contacts == 0 || contactNumber >= (ulong)shard.Slots.Length ? store.Sealer.NewKeySlot() : shard.Slot(contactNumber, store);
        message.AcceptedAtMs = now;
        message.ValidUntilMs = now + 3_600_000;
        message.Channel = Channel.Sms;
        message.Purpose = Purpose.Transactional;
        message.Segments = 1;
        if (accepted % 100 < options.Keys)
        {
            message.HasIdempotencyKey = true;
            message.IdempotencyKey = new UInt128(mixed, (ulong)random.NextInt64());
            message.BodyHash = mixed;
        }

        message.SealedOffset = part.Sealed.Count;
        message.SealedLength = record.Length;
        Span<byte> to = part.Sealed.Add(record.Length);
        if (options.Seal)
        {
            store.Sealer.Seal(message.Tenant, message.KeySlot, id, record.AsSpan(16), to);
        }
        else
        {
            record.CopyTo(to);
        }

        shard.New.Add(new Message(id, contact, message.Tenant));
    }

    private static void Add(JournalPart part, in Message message, MessageStatus status, long now)
    {
        ref JournalEntry entry = ref part.Entries.Add();
        entry.Kind = EntryKind.Status;
        entry.Status = status;
        entry.Tenant = message.Tenant;
        entry.Provider = 1;
        entry.Message = message.Id;
        entry.Contact = message.Contact;
        entry.Sender = 77;
        entry.AtMs = now;
        entry.ReceiptKey = status == MessageStatus.Sent ? message.Id.Tail * 0x9E37_79B9_7F4A_7C15 : 0;
    }

    private readonly record struct Message(MessageId Id, ContactId Contact, int Tenant);

    private sealed class State(JournalPart part, long lastIdMs)
    {
        private long lastMs = lastIdMs;
        private int counter = MessageId.PerMillisecond;

        public JournalPart Part { get; } = part;

        public List<Message> New { get; private set; } = [];

        public List<Message> Accepted { get; private set; } = [];

        public List<Message> Sent { get; private set; } = [];

        public uint[] Slots { get; } = new uint[1 << 16];

        public uint Slot(ulong number, SqliteStore store) => Slots[number] != 0 ? Slots[number] : Slots[number] = store.Sealer.NewKeySlot();

        public MessageId NextId(long now, int shard, ulong random)
        {
            if (now > lastMs)
            {
                lastMs = now;
                counter = 0;
            }
            else if (counter == MessageId.PerMillisecond)
            {
                lastMs++;
                counter = 0;
            }

            return MessageId.Create(lastMs, shard, counter++, random);
        }

        // What the part held has been kept: accepted ones will be sent, sent ones delivered. Returns how many were delivered by it.
        public int Advance()
        {
            int done = Sent.Count;
            List<Message> empty = Sent;
            empty.Clear();
            Sent = Accepted;
            Accepted = New;
            New = empty;
            return done;
        }
    }
}
