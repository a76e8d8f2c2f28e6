using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Router.Engine.Audit;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Grains.Tenants;
using Router.Storage.Audit;
using Router.Storage.Files;
using Router.Storage.GrainState;
using Router.Storage.Lookups;
using Router.Storage.Memory;
using Router.Storage.Sealing;

namespace Router.Storage.Sqlite;

/// <summary>
/// The embedded store: everything Router keeps, in one folder that one process owns. Disposing it writes what waits, empties the WAL and lets go of the folder.
/// </summary>
public sealed partial class SqliteStore : IAsyncDisposable
{
    private const string JournalFile = "journal.db";

    // Opened in this order, closed in the reverse.
    private readonly Stack<IDisposable> owned = new();
    private readonly SqliteWriter writer;
    private readonly Checkpointer checkpointer;
    private readonly Sweeper sweeper;
    private readonly JournalMemory memory;
    private readonly Database database;
    private readonly RecordSealer sealing;
    private bool disposed;

    private SqliteStore(SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<SqliteStore>();
        string path = Path.Combine(options.Path, JournalFile);
        bool opened = false;
        try
        {
            owned.Push(FolderLock.Take(options.Path));
            (TenantKeys tenants, ContactSalts salts, MasterKey master) = OpenKeys(options, path);

            database = Own(Database.OpenWriter(path, options.PageSize, options.CacheKiB));
            Schema.Prepare(database);
            CheckSalts(database, salts, options);
            Sealer = sealing = Own(new RecordSealer(tenants, salts, options.LiveCiphersMax));
            Hash = Own(new KeyedHash(tenants, master));

            string contactsPath = Path.Combine(options.Path, ContactsFile.FileName);
            ContactsFile contacts = Own(OpenContacts(contactsPath, options));
            string usagePath = Path.Combine(options.Path, UsageFile.FileName);
            UsageFile usage = Own(OpenUsage(usagePath));
            long usageCommit = usage.LastCommit;
            JournalMemory memory = LoadMemory(options, contacts, usageCommit);
            sweeper = Own(new Sweeper(options.Path, memory, contacts, usage, options.FilterBytesMax, time, logger));
            SqliteEventLog events = Own(new SqliteEventLog(Database.OpenReader(path, cacheKiB: 2048), options.EventCacheBytes));
            LogPosition end = Recovery.Run(database, memory, contacts.LastCommit, usageCommit, sweeper, time, logger);
            events.Restore(default, end);

            ShardEpochs epochs = Own(new ShardEpochs(database));
            IdempotencyIndex idempotency = Own(new IdempotencyIndex(memory, options.IdempotencyWindow));
            CommitTeller teller = Own(new CommitTeller(memory, events, sweeper));
            JournalCommit commit = Own(new JournalCommit(database, epochs, idempotency, salts, sweeper, teller, Own(new ConversationTable(database, sealing)), time));
            commit.LastCommit = end.Commit;
            checkpointer = Own(new Checkpointer(Own(Database.OpenWriter(path, options.PageSize, 1024)), options.WalBytesMax / options.PageSize, logger));
            JournalMeter meter = Own(new JournalMeter(() => (long)Math.Max(checkpointer.PagesInLog, 0) * options.PageSize, () => commit.LastCommit));
            writer = Own(new SqliteWriter(database, commit, checkpointer, options.CommitBytesMax, meter, time, logger));
            SqliteGrainStorage grains = Own(new SqliteGrainStorage(database, writer, master, Database.OpenReader(path, cacheKiB: 2048)));
            GrainStorage = grains;
            GrainStates = grains;
            Audit = Own(new SqliteAuditLog(database, writer, Database.OpenReader(path, cacheKiB: 512)));
            Journal = Own(new SqliteJournal(
                writer, epochs, memory, events, contacts, sealing, () => new JournalReader(path, contactsPath, sealing), usagePath, options, logger));
            this.memory = memory;
            sweeper.Start();
            checkpointer.Start();
            writer.Start();
            opened = true;
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(path);
        }
        catch (FormatException damaged)
        {
            throw new StorageException($"'{path}' is damaged: keep a copy of the folder, then restore it from the backup; do not delete single files", damaged);
        }
        finally
        {
            if (!opened)
            {
                CloseAll();
            }
        }
    }

    /// <summary>The journal.</summary>
    public IJournal Journal { get; }

    /// <summary>Seals records.</summary>
    public IRecordSealer Sealer { get; }

    /// <summary>Keyed hashes.</summary>
    public IKeyedHash Hash { get; }

    /// <summary>Grain state.</summary>
    public IGrainStorage GrainStorage { get; }

    /// <summary>Removes grain state of many grains.</summary>
    public IStateRemoval GrainStates { get; }

    /// <summary>The log of changes.</summary>
    public IAuditLog Audit { get; }

    /// <summary>Opens the folder, makes it when it is not there, takes up what the log holds and starts the threads.</summary>
    /// <exception cref="StorageException">In use by another process, not writable, damaged, keys missing, an option out of range: the message names path and remedy.</exception>
    public static SqliteStore Open(SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        return new SqliteStore(options, time, loggers);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return ValueTask.CompletedTask;
        }

        // Threads are joined: not on the caller's, who may be an event loop.
        disposed = true;
        return new ValueTask(Task.Run(CloseAll));
    }

    /// <summary>Destroys a contact's key, on disk and in memory: its records can never be opened again. The caller sees to it that nothing of the contact is under way (DESIGN §8).</summary>
    /// <exception cref="StorageException">The key file cannot be written.</exception>
    public void DestroyContactKey(uint keySlot) => sealing.DestroyContactKey(keySlot);

    /// <summary>Destroys a tenant's keys, on disk and in memory: its records can never be opened again, no hash of its made again.</summary>
    /// <exception cref="StorageException">The key file cannot be written.</exception>
    public void DestroyTenantKey(int tenant) => sealing.DestroyTenantKey(tenant);

    private static ContactsFile OpenContacts(string path, SqliteStoreOptions options)
    {
        try
        {
            return new ContactsFile(path, options.FilterBytesMax);
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(path);
        }
    }

    private static UsageFile OpenUsage(string path)
    {
        try
        {
            return new UsageFile(path);
        }
        catch (SqliteFault fault)
        {
            throw fault.ToStorage(path);
        }
    }

    private static JournalMemory LoadMemory(SqliteStoreOptions options, ContactsFile contacts, long usageCommit)
    {
        List<Run> runs = RunFiles.Load(options.Path, options.FilterBytesMax);
        using LookupReader lookups = new();
        return new JournalMemory(
            [.. runs],
            runs.Count == 0 ? new Dictionary<long, UnfinishedState>() : lookups.ReadUnfinished(runs[^1]),
            runs.Count == 0 ? [] : lookups.ReadUnmatched(runs[^1]),
            contacts.LastCommit,
            usageCommit,
            options.GenerationMessages,
            options.ContactsMax);
    }

    private static void CheckSalts(Database database, ContactSalts salts, SqliteStoreOptions options)
    {
        long needed = Schema.ReadMeta(database, "key_slots");
        if (salts.Durable < needed)
        {
            throw new StorageException(
                $"the key file '{Path.Combine(options.Path, "contacts.keys")}' has {salts.Durable} slots but the journal needs {needed}: restore both files from one backup");
        }
    }

    private (TenantKeys Tenants, ContactSalts Salts, MasterKey Master) OpenKeys(SqliteStoreOptions options, string journalPath)
    {
        string tenantsPath = Path.Combine(options.Path, "tenants.keys");
        string masterPath = options.MasterKeyPath ?? Path.Combine(options.Path, "master.key");
        MasterKey master = Own(MasterKey.Open(masterPath, dataExists: File.Exists(tenantsPath) || File.Exists(journalPath)));
        if (!File.Exists(tenantsPath) && File.Exists(journalPath))
        {
            throw new StorageException($"the key file '{tenantsPath}' is missing but the folder holds data sealed under it: restore it from the backup");
        }

        return (Own(TenantKeys.Open(tenantsPath, master)), Own(ContactSalts.Open(Path.Combine(options.Path, "contacts.keys"))), master);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        owned.Push(part);
        return part;
    }

    private void CloseAll()
    {
        // A writer that waits for a sweep must not wait for ever.
        sweeper?.Stop();
        writer?.Stop();
        checkpointer?.Truncate();
        while (owned.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }
}
