using Microsoft.Extensions.Logging;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>
/// <see cref="IJournal"/> over SQLite: appends through <see cref="SqliteWriter"/>, answers from memory and tables together. The folder's lock makes it the only one, so epochs
/// need no waiting and no renewal. Any thread.
/// </summary>
internal sealed partial class SqliteJournal : IJournal, IDisposable
{
    private readonly SqliteWriter writer;
    private readonly ShardEpochs epochs;
    private readonly JournalMemory memory;
    private readonly SqliteEventLog events;
    private readonly IRecordSealer sealer;
    private readonly SqliteStoreOptions options;
    private readonly ILogger logger;

    // Shards' reads and people's queries have a thread each: a long list must not hold back a shard.
    private readonly WorkThread shardReads;
    private readonly WorkThread queries;

    public SqliteJournal(
        SqliteWriter writer, ShardEpochs epochs, JournalMemory memory, SqliteEventLog events, IRecordSealer sealer, Func<JournalReader> openReader,
        SqliteStoreOptions options, ILogger logger)
    {
        this.writer = writer;
        this.epochs = epochs;
        this.memory = memory;
        this.events = events;
        this.sealer = sealer;
        this.options = options;
        this.logger = logger;
        shardReads = new WorkThread("journal shard reads", openReader(), RunShardRead);
        queries = new WorkThread("journal queries", openReader(), static (_, _) => { });
    }

    /// <inheritdoc/>
    public bool Exclusive => true;

    /// <inheritdoc/>
    public IEventLog Events => events;

    /// <inheritdoc/>
    public void Append(JournalPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (!writer.TryAdd(part))
        {
            // Stopped: nothing was stored.
            part.Outcome = PartOutcome.Refused;
            part.Client.Appended(part);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool[]> RenewAsync(IReadOnlyList<ShardEpoch> owned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owned);
        bool[] holds = new bool[owned.Count];
        for (int i = 0; i < holds.Length; i++)
        {
            holds[i] = epochs[owned[i].Shard] == owned[i].Epoch;
        }

        return ValueTask.FromResult(holds);
    }

    /// <inheritdoc/>
    public bool ReadContacts(ContactRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        read.Failed = false;
        lock (memory.Gate)
        {
            foreach (ref StoredContact contact in read.Contacts.Span)
            {
                ContactId id = contact.Contact;
                contact = new StoredContact { Contact = id };
                memory.Overlay(ref contact);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void ReadRecords(RecordRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (!shardReads.TryAdd(read))
        {
            read.Failed = true;
            read.Client.RecordsRead(read);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken)
    {
        StoredContact stored = new() { Contact = contact };
        lock (memory.Gate)
        {
            memory.Overlay(ref stored);
        }

        return ValueTask.FromResult(stored.Flags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        shardReads.Dispose();
        queries.Dispose();
    }

    private void RunShardRead(object work, JournalReader reader)
    {
        RecordRead read = (RecordRead)work;
        read.Failed = false;
        read.Records.Clear();
        try
        {
            foreach (ref StoredRecord item in read.Items.Span)
            {
                reader.Open(ref item, sealer, read.Records);
            }
        }
        catch (Exception fault) when (fault is SqliteFault or StorageException or IOException or FormatException)
        {
            LogReadFailed(logger, reader.Path, Describe(fault, reader.Path));
            read.Records.Clear(wipe: true);
            read.Failed = true;
        }

        read.Client.RecordsRead(read);
    }

    private static string Describe(Exception fault, string path) => fault is SqliteFault sqlite ? sqlite.ToStorage(path).Message : fault.Message;

    [LoggerMessage(EventId = 3030, Level = LogLevel.Error, Message = "Reading {Path} failed: {Remedy}")]
    private static partial void LogReadFailed(ILogger logger, string path, string remedy);
}
