using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A journal whose queries fail while <see cref="Fault"/> is set, as a store's do whose disk is gone or that is closed.</summary>
internal sealed class FaultyJournal(IJournal journal) : IJournal, IEventLog
{
    /// <summary>What every query throws; null: they answer.</summary>
    public volatile Exception? Fault;

    /// <summary>The log never ends and holds nothing of anybody's.</summary>
    public volatile bool Endless;

    /// <summary>Reads of the log.</summary>
    public long Reads;

    /// <summary>Reads of an endless log under way at a time, at most.</summary>
    public int ReadsAtOnceMax;

    private int readsUnderWay;

    public bool Exclusive => journal.Exclusive;

    public string? NotWritableBecause => journal.NotWritableBecause;

    public IEventLog Events => this;

    public Router.Engine.Usage.IUsage Usage => journal.Usage;

    public LogPosition End => Endless ? new LogPosition(long.MaxValue / 2, 0) : journal.Events.End;

    public LogPosition Begin => journal.Events.Begin;

    public ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken) => journal.TakeAsync(shards, cancellationToken);

    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) => journal.RenewAsync(owned, cancellationToken);

    public void Append(JournalPart part) => journal.Append(part);

    public bool ReadContacts(ContactRead read) => journal.ReadContacts(read);

    public void ReadRecords(RecordRead read) => journal.ReadRecords(read);

    public ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException(fault) : journal.OpenRecordsAsync(items, records, cancellationToken);

    public ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException<StoredMessage?>(fault) : journal.FindMessageAsync(tenant, id, cancellationToken);

    public ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException<MessagePage>(fault) : journal.ListMessagesAsync(query, cancellationToken);

    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException<ContactFlags>(fault) : journal.FindFlagsAsync(contact, cancellationToken);

    public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException<StoredConversation>(fault) : journal.FindConversationAsync(tenant, id, cancellationToken);

    public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) =>
        Fault is { } fault ? ValueTask.FromException<ConversationPage>(fault) : journal.ListConversationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) => journal.FindUnheardAsync(shard, max, cancellationToken);

    public ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken) => journal.FindAwaitedReceiptAsync(receiptKey, cancellationToken);

    public LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max)
    {
        Interlocked.Increment(ref Reads);
        return Fault is { } fault ? throw fault : Endless ? ReadEndless(after) : journal.Events.Read(tenant, after, events, max);
    }

    private LogPosition ReadEndless(LogPosition after)
    {
        int underWay = Interlocked.Increment(ref readsUnderWay);
        ReadsAtOnceMax = Math.Max(ReadsAtOnceMax, underWay);
        Thread.Sleep(1); // a disk takes its time
        Interlocked.Decrement(ref readsUnderWay);
        return new LogPosition(after.Commit + 1, 0);
    }

    public LogPosition Look(LogPosition after, ISet<int> tenants) => journal.Events.Look(after, tenants);

    public LogPosition FindTime(long atMs) => Fault is { } fault ? throw fault : journal.Events.FindTime(atMs);

    public Task WaitAsync(LogPosition position, CancellationToken cancellationToken) => journal.Events.WaitAsync(position, cancellationToken);
}
