using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>The same contract when everything is swept out of memory before each question and each crash: every answer comes from the files.</summary>
public sealed class SqliteSweptJournalContractTests : JournalContract
{
    private readonly DataFolder folder = new();

    public SqliteSweptJournalContractTests() => Sealer = new CurrentSealer(folder);

    protected override IRecordSealer Sealer { get; }

    protected override ValueTask<IJournal> CreateAsync() => ValueTask.FromResult<IJournal>(new SweepingJournal(folder.Open()));

    protected override async ValueTask<IJournal> ReopenAsync()
    {
        await folder.Store!.SweepAsync();
        return new SweepingJournal(await folder.CrashAsync());
    }

    public override ValueTask DisposeAsync() => folder.DisposeAsync();

    private sealed class SweepingJournal(SqliteStore store) : IJournal
    {
        private readonly IJournal journal = store.Journal;

        public bool Exclusive => journal.Exclusive;

        public string? NotWritableBecause => journal.NotWritableBecause;

        public IEventLog Events => journal.Events;

        public Router.Engine.Usage.IUsage Usage => journal.Usage;

        public void Append(JournalPart part) => journal.Append(part);

        public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken) => journal.RenewAsync(owned, cancellationToken);

        public async ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken) =>
            await journal.TakeAsync(shards, cancellationToken);

        public bool ReadContacts(ContactRead read)
        {
#pragma warning disable xUnit1031 // ReadContacts answers at once or by its client; the sweep must come before it.
            store.SweepAsync().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            return journal.ReadContacts(read);
        }

        public void ReadRecords(RecordRead read) => journal.ReadRecords(read);

        public async ValueTask OpenRecordsAsync(StructList<StoredRecord> items, ByteList records, CancellationToken cancellationToken)
        {
            await store.SweepAsync();
            await journal.OpenRecordsAsync(items, records, cancellationToken);
        }

        public async ValueTask<StoredMessage?> FindMessageAsync(int tenant, MessageId id, CancellationToken cancellationToken)
        {
            await store.SweepAsync();
            return await journal.FindMessageAsync(tenant, id, cancellationToken);
        }

        public async ValueTask<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken)
        {
            await store.SweepAsync();
            return await journal.ListMessagesAsync(query, cancellationToken);
        }

        public async ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken)
        {
            await store.SweepAsync();
            return await journal.FindFlagsAsync(contact, cancellationToken);
        }

        public ValueTask<StoredConversation> FindConversationAsync(int tenant, ConversationId id, CancellationToken cancellationToken) =>
            journal.FindConversationAsync(tenant, id, cancellationToken);

        public ValueTask<ConversationPage> ListConversationsAsync(ConversationQuery query, CancellationToken cancellationToken) =>
            journal.ListConversationsAsync(query, cancellationToken);

        public ValueTask<IReadOnlyList<StoredConversation>> FindUnheardAsync(int shard, int max, CancellationToken cancellationToken) =>
            journal.FindUnheardAsync(shard, max, cancellationToken);

        public async ValueTask<AwaitedReceipt?> FindAwaitedReceiptAsync(ulong receiptKey, CancellationToken cancellationToken)
        {
            await store.SweepAsync();
            return await journal.FindAwaitedReceiptAsync(receiptKey, cancellationToken);
        }
    }
}
