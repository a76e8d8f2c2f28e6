using System.Globalization;
using Router.Storage.Sqlite;

namespace Router.JournalBench;

/// <summary>What is run. <c>--name value</c> each.</summary>
internal sealed record Options
{
    /// <summary>Messages, each accepted, sent and delivered.</summary>
    public int Messages { get; init; } = 400_000;

    /// <summary>Messages in a shard's part; a part has as many statuses of each kind.</summary>
    public int PartMessages { get; init; } = 10;

    /// <summary>Contacts; 0: each message has its own (a campaign).</summary>
    public int Contacts { get; init; }

    /// <summary>Tenants.</summary>
    public int Tenants { get; init; } = 1;

    /// <summary>Percent of messages with an idempotency key.</summary>
    public int Keys { get; init; }

    /// <summary>Bytes of the sealed record.</summary>
    public int RecordBytes { get; init; } = 400;

    /// <summary>Whether records are sealed; else random bytes are stored, as in the raw inserts.</summary>
    public bool Seal { get; init; }

    public int PageSize { get; init; } = 8192;

    public int CacheKiB { get; init; } = 32 * 1024;

    public int Generation { get; init; } = 262_144;

    /// <summary>MiB of WAL after which it begins anew.</summary>
    public int WalMiB { get; init; } = (int)(new SqliteStoreOptions { Path = "" }.WalBytesMax >> 20);

    /// <summary>Messages and raw rows written first into a folder of their own and not measured: a server runs for weeks, its first seconds are the JIT's.</summary>
    public int Warm { get; init; } = 150_000;

    /// <summary>Contacts over which sealing alone is measured, instead of the journal; 0: the journal.</summary>
    public int Sealing { get; init; }

    /// <summary>Folder; a new one under it is made and deleted.</summary>
    public string Folder { get; init; } = Path.GetTempPath();

    public static Options Parse(string[] args)
    {
        Options options = new();
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            int Number() => int.Parse(args[i + 1].Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            options = args[i] switch
            {
                "--messages" => options with { Messages = Number() },
                "--part" => options with { PartMessages = Number() },
                "--contacts" => options with { Contacts = Number() },
                "--tenants" => options with { Tenants = Number() },
                "--keys" => options with { Keys = Number() },
                "--record" => options with { RecordBytes = Number() },
                "--seal" => options with { Seal = bool.Parse(args[i + 1]) },
                "--page" => options with { PageSize = Number() },
                "--cache" => options with { CacheKiB = Number() },
                "--generation" => options with { Generation = Number() },
                "--wal" => options with { WalMiB = Number() },
                "--warm" => options with { Warm = Number() },
                "--sealing" => options with { Sealing = Number() },
                "--folder" => options with { Folder = args[i + 1] },
                _ => throw new ArgumentException($"unknown option {args[i]}"),
            };
        }

        return options;
    }

    /// <summary>The store in a folder.</summary>
    /// <param name="path">The folder.</param>
    public SqliteStoreOptions Store(string path) => new()
    {
        Path = path,
        PageSize = PageSize,
        CacheKiB = CacheKiB,
        GenerationMessages = Generation,
        WalBytesMax = (long)WalMiB << 20,
    };
}
