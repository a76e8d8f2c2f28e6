using System.Collections.Concurrent;
using System.Threading.Channels;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Testing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Shards that only keep: each request goes into a journal in memory, with no engine behind it. Full, without owner and failing on demand.</summary>
internal sealed class JournalShards : IShards, IAsyncDisposable
{
    private readonly System.Threading.Channels.Channel<object> queue = System.Threading.Channels.Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly MemoryJournal journal;
    private readonly PlainSealer sealer;
    private readonly JournalClient client = new();
    private readonly Dictionary<ContactId, StoredContact> contacts = [];
    private readonly long[] counts = new long[MessageId.ShardCount];
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly Task loop;
    private volatile TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int queued;
    private int changes;

    public JournalShards(MemoryJournal journal, PlainSealer sealer)
    {
        this.journal = journal;
        this.sealer = sealer;
        loop = Task.Run(RunAsync);
    }

    /// <summary>Closed: what is queued waits.</summary>
    public Gate Gate { get; } = new();

    /// <summary>More than so many waiting: full.</summary>
    public int Capacity { get; set; } = int.MaxValue;

    /// <summary>Answers instead of the queue.</summary>
    public Func<AcceptRequest, Intake>? Refuse { get; set; }

    /// <summary>What becomes of a request other than being kept.</summary>
    public Func<AcceptRequest, AcceptOutcome>? Fail { get; set; }

    /// <summary>What is known of messages under way.</summary>
    public ConcurrentDictionary<MessageId, LiveMessage> Live { get; } = new();

    /// <summary>What a cancel answers.</summary>
    public CancelOutcome Cancel { get; set; } = CancelOutcome.Cancelled;

    /// <summary>Requests queued so far.</summary>
    public int Accepted;

    /// <summary>What would go out of the message accepted last.</summary>
    public string LastText { get; private set; } = "";

    /// <summary>Calls that waited for room.</summary>
    public int Waits;

    public Intake TryAccept(AcceptRequest request)
    {
        Intake intake = Refuse?.Invoke(request) ?? Intake.Queued;
        if (intake != Intake.Queued)
        {
            return intake;
        }

        if (Volatile.Read(ref queued) >= Capacity)
        {
            return Intake.Full;
        }

        Interlocked.Increment(ref queued);
        Interlocked.Increment(ref Accepted);
        queue.Writer.TryWrite(request);
        return Intake.Queued;
    }

    public async ValueTask WaitForRoomAsync(int shard, CancellationToken cancellationToken)
    {
        Task signal = room.Task;
        Interlocked.Increment(ref Waits);
        if (Volatile.Read(ref queued) >= Capacity || Refuse is not null)
        {
            await signal.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Tells those who wait for room to look again.</summary>
    public void SignalRoom() => Interlocked.Exchange(ref room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public async ValueTask<ContactFlags?> SetFlagsAsync(int tenant, ContactId contact, FlagsChange change, CancellationToken cancellationToken)
    {
        ContactFlags flags = change.Apply(await journal.FindFlagsAsync(contact, cancellationToken));
        return await AppendAsync(Some.Flags(contact, flags, tenant, RowOf(contact).KeySlot), contact.Shard) ? flags : null;
    }

    /// <summary>Changes of conversations are not kept.</summary>
    public bool ConversationsFail { get; set; }

    public async ValueTask<StoredConversation?> ChangeConversationAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken)
    {
        StoredConversation stored = await journal.FindConversationAsync(tenant, id, cancellationToken);
        uint keySlot = RowOf(id.Contact).KeySlot;
        if (ConversationsFail)
        {
            return null;
        }

        if (sealer.IsDestroyed(keySlot) && change.Act is ConversationAct.Assign or ConversationAct.Touch)
        {
            return new StoredConversation { Tenant = tenant, Id = id };
        }

        StoredConversation next = stored with { Found = true, KeySlot = keySlot, Facts = stored.Facts.After(change, Head(id.Shard), out ConversationEvent told) };
        return await AppendAsync(next, told) ? next : null;
    }

    /// <summary>A message from the end user came in: its conversation's row alone.</summary>
    public async Task ReceiveAsync(int tenant, ConversationId id)
    {
        StoredConversation stored = await journal.FindConversationAsync(tenant, id, CancellationToken.None);
        ConversationFacts facts = stored.Facts.AfterInbound(Head(id.Shard), out ConversationEvent told);
        Assert.True(await AppendAsync(stored with { Found = true, KeySlot = RowOf(id.Contact).KeySlot, Facts = facts }, told));
    }

    // Each a millisecond later, over all shards.
    private ulong Head(int shard) => Some.IdAfter(Some.NowMs + Interlocked.Increment(ref changes), shard, 0).Head;

    private async Task<bool> AppendAsync(StoredConversation row, ConversationEvent told)
    {
        var command = new Command(told == ConversationEvent.None ? default : Some.Conversation(row.Id, told, row.Tenant), row.Id.Shard, row);
        queue.Writer.TryWrite(command);
        return await command.Kept.Task == PartOutcome.Kept;
    }

    public async ValueTask<CancelOutcome> CancelAsync(int tenant, MessageId id, CancellationToken cancellationToken)
    {
        if (Cancel == CancelOutcome.Cancelled)
        {
            StoredMessage? message = await journal.FindMessageAsync(tenant, id, cancellationToken);
            if (message is null)
            {
                return CancelOutcome.NotFound;
            }

            await AppendAsync(Some.Status(message.Accepted, MessageStatus.Cancelled), id.Shard);
        }

        return Cancel;
    }

    /// <summary>Ends each watch; by default at once. The limit asked for is told.</summary>
    public Func<TimeSpan, CancellationToken, Task<bool>> Watch { get; set; } = static (_, _) => Task.FromResult(true);

    public ValueTask<bool> WatchAsync(int tenant, MessageId id, TimeSpan limit, CancellationToken cancellationToken) => new(Watch(limit, cancellationToken));

    /// <summary>What a tenant is said to have waiting.</summary>
    public long Waiting { get; set; }

    public long WaitingOf(int tenant) => Waiting;

    public ValueTask<LiveMessage> PeekAsync(int tenant, MessageId id, CancellationToken cancellationToken) => new(Live.GetValueOrDefault(id));

    /// <summary>What waits, as <see cref="QueuesAsync"/> answers and <see cref="PurgeAsync"/> counts.</summary>
    public IReadOnlyList<QueueState> Queues { get; set; } = [];

    /// <summary>What was purged.</summary>
    public List<PurgeFilter> Purges { get; } = [];

    /// <summary>A shard cannot be reached.</summary>
    public bool PurgeFails { get; set; }

    public ValueTask<long?> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken)
    {
        Purges.Add(filter);
        return new(PurgeFails ? null : Queues.Sum(static q => q.Ready + q.Deferred));
    }

    public ValueTask<QueueLook> QueuesAsync(PurgeFilter filter, CancellationToken cancellationToken) => new(new QueueLook(Queues, true));

    /// <summary>Adds an entry to the log.</summary>
    public async Task<bool> AppendAsync(JournalEntry entry, int shard)
    {
        var command = new Command(entry, shard);
        queue.Writer.TryWrite(command);
        return await command.Kept.Task == PartOutcome.Kept;
    }

    /// <summary>Keeps a message from an end user; returns its id.</summary>
    public async Task<MessageId> ReceiveAsync(ContactId contact, string from, string own, string text, int tenant = 1, int provider = 0)
    {
        var command = new Inbound(contact, from, own, text, tenant, provider);
        queue.Writer.TryWrite(command);
        return await command.Kept.Task;
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        queue.Writer.TryComplete();
        await loop;
    }

    private sealed record Inbound(ContactId Contact, string From, string Own, string Text, int Tenant, int Provider)
    {
        public TaskCompletionSource<MessageId> Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Command(JournalEntry Entry, int Shard, StoredConversation? Conversation = null)
    {
        public TaskCompletionSource<PartOutcome> Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task RunAsync()
    {
        foreach (TakenShard taken in await journal.TakeAsync([.. Enumerable.Range(0, MessageId.ShardCount)], CancellationToken.None))
        {
            epochs[taken.Shard] = taken.Epoch;
        }

        var batch = new List<object>();
        while (await queue.Reader.WaitToReadAsync())
        {
            await Gate.PassAsync();
            batch.Clear();
            while (batch.Count < 500 && queue.Reader.TryRead(out object? item))
            {
                batch.Add(item);
            }

            await KeepAsync(batch);
        }
    }

    private async Task KeepAsync(List<object> batch)
    {
        var parts = new Dictionary<int, JournalPart>();
        var kept = new List<(AcceptRequest Request, JournalPart Part, int At)>();
        foreach (object item in batch)
        {
            if (item is AcceptRequest request)
            {
                AcceptOutcome outcome = Fail?.Invoke(request) ?? AcceptOutcome.Accepted;
                if (outcome != AcceptOutcome.Accepted)
                {
                    Complete(request, outcome);
                    continue;
                }

                JournalPart part = PartOf(request.Contact.Shard);
                kept.Add((request, part, part.Accepted.Count));
                Add(part, request);
            }
            else if (item is Inbound inbound)
            {
                inbound.Kept.SetResult(Add(PartOf(inbound.Contact.Shard), inbound));
            }
            else if (item is Command command)
            {
                if (command.Entry.Kind != EntryKind.None)
                {
                    PartOf(command.Shard).Entries.Add(command.Entry);
                }

                if (command.Conversation is { } conversation)
                {
                    PartOf(command.Shard).Conversations.Add(conversation);
                }
            }
        }

        PartOutcome[] outcomes = await Task.WhenAll(parts.Values.Select(p => client.AppendAsync(journal, p)));
        foreach (Command command in batch.OfType<Command>())
        {
            command.Kept.SetResult(outcomes.All(static o => o == PartOutcome.Kept) ? PartOutcome.Kept : PartOutcome.Refused);
        }

        foreach ((AcceptRequest request, JournalPart part, int at) in kept)
        {
            AcceptedMessage message = part.Accepted[at];
            request.Id = message.Kept == KeptAs.Repeat ? message.FirstId : message.Id;
            request.Conversation = new ConversationId(message.Contact, message.Sender);
            Complete(request, part.Outcome != PartOutcome.Kept ? AcceptOutcome.Unavailable : message.Kept == KeptAs.OtherBody ? AcceptOutcome.OtherBody : AcceptOutcome.Accepted);
        }

        contacts.Clear();

        JournalPart PartOf(int shard)
        {
            if (!parts.TryGetValue(shard, out JournalPart? part))
            {
                parts[shard] = part = new JournalPart(shard, client) { Epoch = epochs[shard] };
            }

            return part;
        }
    }

    private MessageId Add(JournalPart part, Inbound inbound)
    {
        StoredContact row = RowOf(inbound.Contact);
        row.KeySlot = row.KeySlot != 0 ? row.KeySlot : sealer.NewKeySlot();
        MessageId id = Some.Id(part.Shard, (int)counts[part.Shard]++);
        AcceptedMessage message = Some.Accepted(id, inbound.Contact, inbound.Tenant, Sender.TagOf(Encoding.UTF8.GetBytes(inbound.Own)), row.KeySlot, row.LastHead);
        message.Direction = MessageDirection.Inbound;
        message.Purpose = Purpose.Service;
        message.Provider = inbound.Provider;
        part.Add(message, Some.Record(inbound.Text, inbound.From, inbound.Own), sealer);
        row.LastHead = id.Head;
        contacts[inbound.Contact] = row;
        return id;
    }

    private void Add(JournalPart part, AcceptRequest request)
    {
        StoredContact row = RowOf(request.Contact);
        row.KeySlot = row.KeySlot != 0 ? row.KeySlot : sealer.NewKeySlot();
        Tenant tenant = request.Tenant!;
        Sender sender = request.Sender ?? tenant.DefaultSender(request.Channel);
        MessageId id = Some.Id(part.Shard, (int)counts[part.Shard]++);
        AcceptedMessage message = Some.Accepted(id, request.Contact, tenant.Number, sender.Tag, row.KeySlot, row.LastHead, request.Segments);
        message.Channel = request.Channel;
        message.Purpose = request.Purpose;
        message.Priority = request.Priority;
        message.Region = request.Region;
        message.Fallback = request.FallbackId;
        message.FallbackAfterSeconds = request.FallbackAfterSeconds;
        message.IsDormant = request.IsDormant;
        message.HasReference = request.HasReference;
        message.HasIdempotencyKey = request.HasIdempotencyKey;
        message.IdempotencyKey = request.IdempotencyKey;
        message.BodyHash = request.BodyHash;
        message.Trace = request.Trace;
        byte[] record = new byte[request.RecordLength + MessageRecord.SizeOfFrom(sender.Utf8.Length)];
        request.Record.AsSpan(0, request.RecordLength).CopyTo(record);
        MessageRecord.AppendFrom(sender.Utf8.Span, record.AsSpan(request.RecordLength));
        LastText = System.Text.Encoding.UTF8.GetString(MessageRecord.Read(record).Text);
        part.Add(message, record, sealer);
        row.LastHead = id.Head;
        contacts[request.Contact] = row;
    }

    private void Complete(AcceptRequest request, AcceptOutcome outcome)
    {
        request.Outcome = outcome;
        request.Listener!.Completed(request);
        Interlocked.Decrement(ref queued);
        SignalRoom();
    }

    private StoredContact RowOf(ContactId contact)
    {
        if (contacts.TryGetValue(contact, out StoredContact row))
        {
            return row;
        }

        var read = new ContactRead(client);
        read.Contacts.Add().Contact = contact;
        journal.ReadContacts(read);
        return read.Contacts[0];
    }
}
