using Microsoft.Extensions.Logging;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Lookups;
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
    private readonly ContactsFile contactsFile;
    private readonly IRecordSealer sealer;
    private readonly string usagePath;
    private readonly SqliteStoreOptions options;
    private readonly ILogger logger;

    // Shards' reads and people's queries have a thread each: a long list must not hold back a shard.
    private readonly WorkThread shardReads;
    private readonly WorkThread queries;

    public SqliteJournal(
        SqliteWriter writer, ShardEpochs epochs, JournalMemory memory, SqliteEventLog events, ContactsFile contactsFile, IRecordSealer sealer,
        Func<JournalReader> openReader, string usagePath, SqliteStoreOptions options, ILogger logger)
    {
        this.writer = writer;
        this.epochs = epochs;
        this.memory = memory;
        this.events = events;
        this.contactsFile = contactsFile;
        this.sealer = sealer;
        this.usagePath = usagePath;
        this.options = options;
        this.logger = logger;
        shardReads = new WorkThread("journal shard reads", openReader(), RunShardRead);
        queries = new WorkThread("journal queries", openReader(), static (_, _) => { });
    }

    /// <inheritdoc/>
    public bool Exclusive => true;

    /// <inheritdoc/>
    public JournalFigures Figures => writer.Figures;

    /// <inheritdoc/>
    public string? NotWritableBecause => writer.Fault;

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
        read.Departures.Clear();
        bool all = read.Conversations.Count == 0;
        lock (memory.Gate)
        {
            foreach (ref StoredContact contact in read.Contacts.Span)
            {
                ContactId id = contact.Contact;
                bool known = memory.TryFindContact(id, out ContactRow row);
                if ((!row.IsWhole && contactsFile.Filter.MayContain(BloomFilter.Hash(id))) || MayHaveSweptDepartures(contact))
                {
                    all = false;
                    break;
                }

                contact = new StoredContact { Contact = id, DeparturesFromMs = contact.DeparturesFromMs };
                CopyDepartures(ref contact, read.Departures);
                if (known)
                {
                    row.Overlay(ref contact);
                }
            }
        }

        if (!all && !shardReads.TryAdd(read))
        {
            read.Failed = true;
            return true;
        }

        return all;
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
    public ValueTask<ContactFlags> FindFlagsAsync(ContactId contact, CancellationToken cancellationToken) =>
        Ask(reader => FindContact(reader, contact).Flags, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        shardReads.Dispose();
        queries.Dispose();
    }

    private void RunShardRead(object work, JournalReader reader)
    {
        if (work is RecordRead records)
        {
            ReadRecords(records, reader);
            records.Client.RecordsRead(records);
        }
        else
        {
            ContactRead contacts = (ContactRead)work;
            ReadContacts(contacts, reader);
            contacts.Client.ContactsRead(contacts);
        }
    }

    private void ReadRecords(RecordRead read, JournalReader reader)
    {
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
    }

    private void ReadContacts(ContactRead read, JournalReader reader)
    {
        try
        {
            read.Departures.Clear();
            foreach (ref StoredContact contact in read.Contacts.Span)
            {
                long departuresFromMs = contact.DeparturesFromMs;
                contact = FindContact(reader, contact.Contact);
                contact.DeparturesFromMs = departuresFromMs;
                if (departuresFromMs != 0)
                {
                    ReadDepartures(reader, ref contact, read.Departures);
                }
            }

            foreach (ref StoredConversation conversation in read.Conversations.Span)
            {
                conversation = FindConversation(reader, conversation);
            }
        }
        catch (Exception fault) when (fault is SqliteFault or StorageException or IOException or FormatException)
        {
            string path = read.Conversations.Count == 0 ? reader.Contacts.Path : reader.Path;
            LogReadFailed(logger, path, Describe(fault, path));
            read.Failed = true;
        }
    }

    private StoredContact FindContact(JournalReader reader, in ContactId contact)
    {
        // Memory first: what is swept meanwhile is in the file by the time it is read. The other way round it could be missed in both.
        StoredContact stored = new() { Contact = contact };
        bool known;
        ContactRow row;
        lock (memory.Gate)
        {
            known = memory.TryFindContact(contact, out row);
        }

        if (!row.IsWhole && contactsFile.Filter.MayContain(BloomFilter.Hash(contact)))
        {
            reader.Contacts.Read(ref stored);
        }

        if (known)
        {
            row.Overlay(ref stored);
        }

        return stored;
    }

    // A tenant whose key is damaged must not keep its shard from all others: a read that fails refuses everything that waits there. Its name stays sealed (ConversationTable).
    private StoredConversation FindConversation(JournalReader reader, in StoredConversation asked)
    {
        try
        {
            return reader.Conversations.Find(asked.Tenant, asked.Id);
        }
        catch (Exception fault) when (fault is StorageException or IOException)
        {
            LogReadFailed(logger, reader.Path, fault.Message);
            return reader.Conversations.Find(asked.Tenant, asked.Id, opensName: false);
        }
    }

    private static string Describe(Exception fault, string path) => fault is SqliteFault sqlite ? sqlite.ToStorage(path).Message : fault.Message;

    [LoggerMessage(EventId = 3030, Level = LogLevel.Error, Message = "Reading {Path} failed: {Remedy}")]
    private static partial void LogReadFailed(ILogger logger, string path, string remedy);
}
