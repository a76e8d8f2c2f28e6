using Router.Engine;

namespace Router.Storage.Sqlite;

/// <summary>How the embedded store is set up. Everything but <see cref="Path"/> has a default, chosen with <c>Router.JournalBench</c>.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The data folder; made when it is not there. One Router at a time may have it.</summary>
    public required string Path { get; init; }

    /// <summary>The master key's file; null: <c>master.key</c> in <see cref="Path"/>.</summary>
    public string? MasterKeyPath { get; init; }

    /// <summary>Bytes of a page, a power of two from 4,096 to 65,536; counts only when a file is made.</summary>
    public int PageSize { get; init; } = 8192;

    /// <summary>KiB of page cache of the journal's writer, 1,024 and up.</summary>
    public int CacheKiB { get; init; } = 32 * 1024;

    /// <summary>Bytes of records and entries after which a commit takes no more parts, 65,536 and up.</summary>
    public int CommitBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Messages after which a generation of look-ups is closed and swept, 1,000 to 4,194,304. About 200 B of memory each; three generations at most are held.</summary>
    public int GenerationMessages { get; init; } = 262_144;

    /// <summary>Contacts touched after which they are swept into their file, 1,000 to 16,777,216. About 56 B of memory each; three times as many at most are held.</summary>
    public int ContactsMax { get; init; } = 524_288;

    /// <summary>Bytes of filters over the look-up files, and of the filter over contacts, each, 65,536 and up. The newest runs have one; older ones are asked on disk.</summary>
    public long FilterBytesMax { get; init; } = 64L * 1024 * 1024;

    /// <summary>Bytes of the newest commits of the log held for readers, 65,536 and up.</summary>
    public int EventCacheBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Contacts' ciphers held alive from their second record on, a power of two from 64; about 1 KiB of native memory each.</summary>
    public int LiveCiphersMax { get; init; } = 8192;

    /// <summary>Receipts awaited that a take of shards returns at most, the newest first; the others are found in the tables.</summary>
    public int AwaitedReceiptsMax { get; init; } = 262_144;

    /// <summary>
    /// Bytes of the WAL above which the writer copies what is left of it, so that it begins anew, 1 MiB and up. A small WAL is written over in pages the system still holds and
    /// whose blocks the file already has.
    /// </summary>
    public long WalBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>How long an idempotency key is remembered (DESIGN §6).</summary>
    public TimeSpan IdempotencyWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// For a process that may have so much memory: below 2 GiB what is held is less in proportion, down to a sixteenth, so that a small container is swept more often instead of running full.
    /// </summary>
    public static SqliteStoreOptions For(string path, long memoryBytes)
    {
        double share = MemoryShare.Of(memoryBytes);
        var all = new SqliteStoreOptions { Path = path };
        return all with
        {
            GenerationMessages = (int)(all.GenerationMessages * share),
            ContactsMax = (int)(all.ContactsMax * share),
            FilterBytesMax = (long)(all.FilterBytesMax * share),
            EventCacheBytes = (int)(all.EventCacheBytes * share),
        };
    }

    /// <summary>Throws for a value out of range, naming it, the range and the remedy.</summary>
    /// <exception cref="StorageException">A value is out of range.</exception>
    public void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(Path), nameof(Path), Path, "a folder's path");
        Check(PageSize is >= 4096 and <= 65536 && (PageSize & (PageSize - 1)) == 0, nameof(PageSize), PageSize, "a power of two from 4096 to 65536");
        Check(CacheKiB >= 1024, nameof(CacheKiB), CacheKiB, "1024 and up");
        Check(CommitBytesMax >= 65536, nameof(CommitBytesMax), CommitBytesMax, "65536 and up");
        Check(GenerationMessages is >= 1000 and <= 4_194_304, nameof(GenerationMessages), GenerationMessages, "1000 to 4194304");
        Check(ContactsMax is >= 1000 and <= 16_777_216, nameof(ContactsMax), ContactsMax, "1000 to 16777216");
        Check(FilterBytesMax >= 65536, nameof(FilterBytesMax), FilterBytesMax, "65536 and up");
        Check(EventCacheBytes >= 65536, nameof(EventCacheBytes), EventCacheBytes, "65536 and up");
        Check(LiveCiphersMax >= 64 && (LiveCiphersMax & (LiveCiphersMax - 1)) == 0, nameof(LiveCiphersMax), LiveCiphersMax, "a power of two from 64");
        Check(AwaitedReceiptsMax >= 0, nameof(AwaitedReceiptsMax), AwaitedReceiptsMax, "0 and up");
        Check(WalBytesMax >= 1024 * 1024, nameof(WalBytesMax), WalBytesMax, "1048576 and up");
        Check(IdempotencyWindow > TimeSpan.Zero, nameof(IdempotencyWindow), IdempotencyWindow, "more than zero");
    }

    private static void Check(bool ok, string name, object value, string range)
    {
        if (!ok)
        {
            throw new StorageException($"Storage:{name} is {value}: set {range}");
        }
    }
}
