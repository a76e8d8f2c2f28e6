using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Files;
using Router.Storage.GrainState;
using Router.Storage.Memory;
using Router.Storage.Sealing;

namespace Router.Storage.Sqlite;

/// <summary>
/// The embedded store: everything Router keeps, in one folder that one process owns. Disposing it writes what waits, empties the WAL and lets go of the folder.
/// </summary>
public sealed class SqliteStore : IAsyncDisposable
{
    private const string JournalFile = "journal.db";

    // Opened in this order, closed in the reverse.
    private readonly Stack<IDisposable> owned = new();
    private readonly SqliteWriter writer;
    private readonly Checkpointer checkpointer;
    private bool disposed;

    private SqliteStore(SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<SqliteStore>();
        string path = Path.Combine(options.Path, JournalFile);
        try
        {
            owned.Push(FolderLock.Take(options.Path));
            (TenantKeys tenants, ContactSalts salts, MasterKey master) = OpenKeys(options, path);

            Database database = Own(Database.OpenWriter(path, options.PageSize, options.CacheKiB));
            Schema.Prepare(database);
            CheckSalts(database, salts, options);
            RecordSealer sealer = Own(new RecordSealer(tenants, salts, options.LiveCiphersMax));
            Sealer = sealer;
            Hash = Own(new KeyedHash(tenants, master));

            JournalMemory memory = new(commit: 0);
            SqliteEventLog events = Own(new SqliteEventLog(Database.OpenReader(path, cacheKiB: 2048), options.EventCacheBytes));
            LogPosition end = Recovery.Run(database, memory, options, time, logger);
            events.Restore(default, end);

            ShardEpochs epochs = Own(new ShardEpochs(database));
            IdempotencyIndex idempotency = new(memory, options.IdempotencyWindow);
            JournalCommit commit = Own(new JournalCommit(database, epochs, memory, idempotency, salts, events, time, options.GenerationMessages));
            commit.LastCommit = end.Commit;
            checkpointer = Own(new Checkpointer(Own(Database.OpenWriter(path, options.PageSize, 1024)), options.WalBytesMax / options.PageSize, logger));
            writer = Own(new SqliteWriter(database, commit, checkpointer, options.CommitBytesMax, logger));
            SqliteGrainStorage grains = Own(new SqliteGrainStorage(database, writer, master, Database.OpenReader(path, cacheKiB: 2048)));
            GrainStorage = grains;
            Journal = Own(new SqliteJournal(
                writer, epochs, memory, events, sealer, () => new JournalReader(Database.OpenReader(path, cacheKiB: 8192)), options, logger));
            checkpointer.Start();
            writer.Start();
        }
        catch (SqliteFault fault)
        {
            CloseAll();
            throw fault.ToStorage(path);
        }
        catch (FormatException damaged)
        {
            CloseAll();
            throw new StorageException($"'{path}' is damaged: keep a copy of the folder, then restore it from the backup; do not delete single files", damaged);
        }
        catch
        {
            CloseAll();
            throw;
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
        writer?.Stop();
        checkpointer?.Truncate();
        while (owned.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }
}
