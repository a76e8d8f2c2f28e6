using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests;

/// <summary>A data folder of a test's own, and the store over it. A crash is a copy of the folder taken while the store is open.</summary>
internal sealed class DataFolder : IAsyncDisposable
{
    private readonly string? root;
    private int copies;

    public DataFolder()
    {
        root = Directory.CreateTempSubdirectory("router-storage-").FullName;
        Path = System.IO.Path.Combine(root, "0");
    }

    /// <summary>A folder that someone else makes and deletes.</summary>
    public DataFolder(string path) => Path = path;

    /// <summary>The folder in use.</summary>
    public string Path { get; private set; }

    public FakeTimeProvider Time { get; private set; } = new(DateTimeOffset.FromUnixTimeMilliseconds(Some.NowMs));

    public SqliteStore? Store { get; private set; }

    /// <summary>Changes the options of the next opening.</summary>
    public Func<SqliteStoreOptions, SqliteStoreOptions> With { get; set; } = static o => o;

    public SqliteStore Open() => Store = SqliteStore.Open(
        With(new SqliteStoreOptions { Path = Path, EventCacheBytes = 65536, LiveCiphersMax = 64 }), Time, NullLoggerFactory.Instance);

    /// <summary>Closes in good order and opens again.</summary>
    public async Task<SqliteStore> ReopenAsync(long? atMs = null)
    {
        await CloseAsync();
        if (atMs is { } ms)
        {
            // Its clock may go back.
            Time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(ms));
        }

        return Open();
    }

    /// <summary>What a kill would leave behind is opened: a copy taken while the store runs.</summary>
    public async Task<SqliteStore> CrashAsync()
    {
        string copy = System.IO.Path.Combine(root!, (++copies).ToString(System.Globalization.CultureInfo.InvariantCulture));
        while (!TryCopyOpenFolder(Path, copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        await CloseAsync();
        Path = copy;
        return Open();
    }

    /// <summary>Keeps one message whose contact has <paramref name="keySlot"/>: with it the key file is durable.</summary>
    public async Task KeepAsync(uint keySlot)
    {
        JournalClient client = new();
        TakenShard taken = (await Store!.Journal.TakeAsync([0], default))[0];
        JournalPart part = new(0, client) { Epoch = taken.Epoch };
        part.Add(Some.Accepted(Some.IdAfter(taken.LastIdMs, 0, 0), keySlot: keySlot), Some.Record(), Store.Sealer);
        Assert.Equal(PartOutcome.Kept, await client.AppendAsync(Store.Journal, part));
    }

    public async Task CloseAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
            Store = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (root is not null)
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // What a kill leaves is of one moment. So false where anything changed from the first file copied to the last one compared: a sweep, a checkpoint. It is copied again then.
    private static bool TryCopyOpenFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        string[] names = Names(from);
        try
        {
            foreach (string name in names)
            {
                File.Copy(System.IO.Path.Combine(from, name), System.IO.Path.Combine(to, name));
            }

            return names.All(name => File.ReadAllBytes(System.IO.Path.Combine(from, name)).AsSpan().SequenceEqual(File.ReadAllBytes(System.IO.Path.Combine(to, name))))
                && Names(from).SequenceEqual(names);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(static f => System.IO.Path.GetFileName(f)).Where(static n => n != "router.lock" && !n.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
