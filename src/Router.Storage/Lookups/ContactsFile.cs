using Router.Core.Addresses;
using Router.Storage.Memory;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>
/// The file <c>contacts.db</c>: a row a contact (flags, key slot, last message, last sender), written in wide sorted sweeps: a million dirty rows over ten million are
/// one pass over the pages, where a row in each commit halves the journal (GROUND). The sweeper's thread.
/// </summary>
internal sealed class ContactsFile : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "contacts.db";

    private const int PageSize = 4096;

    // Rows a transaction: sorted, so each slice has a range of pages of its own and the WAL stays small.
    private const int SliceRows = 65_536;

    // Bytes of the filter a row: SQLite keeps long blobs in chains of pages, so parts can be read one by one.
    private const int FilterPart = 1 << 20;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS contact(id BLOB PRIMARY KEY, flags INTEGER NOT NULL, key_slot INTEGER NOT NULL, last_head INTEGER NOT NULL, last_sender INTEGER NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS filter(n INTEGER PRIMARY KEY, data BLOB NOT NULL);
        """;

    private readonly Database database;
    private readonly Statement upsert;
    private readonly Ordering order = new();
    private readonly long filterBytesMax;
    private long rows;

    /// <summary>Opens or makes the file.</summary>
    public ContactsFile(string path, long filterBytesMax)
    {
        this.filterBytesMax = filterBytesMax;
        database = Database.OpenWriter(path, PageSize, cacheKiB: 16 * 1024);
        database.Execute(Tables);
        upsert = database.Prepare("""
            INSERT INTO contact(id, flags, key_slot, last_head, last_sender) VALUES(?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(id) DO UPDATE SET
                flags = CASE WHEN ?6 THEN excluded.flags ELSE flags END,
                key_slot = CASE WHEN excluded.key_slot <> 0 THEN excluded.key_slot ELSE key_slot END,
                last_head = CASE WHEN excluded.last_head <> 0 THEN excluded.last_head ELSE last_head END,
                last_sender = CASE WHEN excluded.last_head <> 0 THEN excluded.last_sender ELSE last_sender END
            """);
        LastCommit = Schema.ReadMeta(database, "last_commit");
        rows = Schema.ReadMeta(database, "rows");
        Filter = LoadFilter();
    }

    /// <summary>The file.</summary>
    public string Path => database.Path;

    /// <summary>All commits up to this one are in it.</summary>
    public long LastCommit { get; private set; }

    /// <summary>Of all contacts in it.</summary>
    public BloomFilter Filter { get; private set; }

    /// <summary>Writes the contacts of the commits up to <paramref name="lastCommit"/>. May be done again after a crash: the rows say the same.</summary>
    /// <exception cref="SqliteFault">Not all was written; do it again.</exception>
    public void Write(SlabTable<ContactId, ContactRow> contacts, long lastCommit)
    {
        ReadOnlySpan<int> ordered = Ordered(contacts);
        if (rows + contacts.Count > Filter.Capacity)
        {
            GrowFilter(rows + contacts.Count);
        }

        for (int from = 0; from < ordered.Length; from += SliceRows)
        {
            bool last = from + SliceRows >= ordered.Length;
            WriteSlice(contacts, ordered.Slice(from, Math.Min(SliceRows, ordered.Length - from)), last ? lastCommit : 0);
            database.Checkpoint(truncate: false);
        }

        if (ordered.Length == 0)
        {
            WriteSlice(contacts, ordered, lastCommit);
        }

        LastCommit = lastCommit;
        database.Checkpoint(truncate: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        upsert.Dispose();
        database.Dispose();
    }

    // By the first 64 bits alone: they are hash, so that two contacts share them once in 2⁶⁰ pairs, and then the order costs a page, not the truth.
    private ReadOnlySpan<int> Ordered(SlabTable<ContactId, ContactRow> contacts)
    {
        Span<ulong> keys = order.Begin(contacts.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = contacts[i].Contact.High;
        }

        return order.End(keys.Length);
    }

    // One transaction; with the last slice (end is not 0) what is said of the whole.
    private void WriteSlice(SlabTable<ContactId, ContactRow> contacts, ReadOnlySpan<int> ordinals, long end)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            WriteRows(contacts, ordinals);
            if (end != 0)
            {
                WriteEnd(end);
            }

            database.Execute("COMMIT");
        }
        catch (SqliteFault)
        {
            if (!database.IsAutocommit)
            {
                database.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private void WriteRows(SlabTable<ContactId, ContactRow> contacts, ReadOnlySpan<int> ordinals)
    {
        Span<byte> id = stackalloc byte[ContactId.Size];
        foreach (int ordinal in ordinals)
        {
            ref ContactRow row = ref contacts[ordinal];
            row.Contact.Write(id);
            ulong hash = BloomFilter.Hash(row.Contact);
            if (!Filter.MayContain(hash))
            {
                rows++;
                Filter.Add(hash);
            }

            upsert.Bind(1, id).Bind(2, row.Flags.Bits).Bind(3, row.KeySlot).Bind(4, (long)row.LastHead).Bind(5, row.LastSender).Bind(6, row.HasFlags ? 1 : 0).Run();
        }
    }

    private void WriteEnd(long lastCommit)
    {
        using Statement meta = database.Prepare("INSERT INTO meta(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value");
        meta.Bind(1, "last_commit").Bind(2, lastCommit).Run();
        meta.Bind(1, "rows").Bind(2, rows).Run();
        using Statement part = database.Prepare("INSERT INTO filter(n, data) VALUES(?1, ?2) ON CONFLICT(n) DO UPDATE SET data = excluded.data");
        ReadOnlySpan<byte> bytes = Filter.Bytes;
        for (int n = 0; n * FilterPart < bytes.Length; n++)
        {
            part.Bind(1, n).Bind(2, bytes.Slice(n * FilterPart, Math.Min(FilterPart, bytes.Length - (n * FilterPart)))).Run();
        }

        database.Execute($"DELETE FROM filter WHERE n >= {(bytes.Length + FilterPart - 1) / FilterPart}");
    }

    // A filter cannot be made larger: a new one is filled from the table, each time the contacts have doubled.
    private void GrowFilter(long keys)
    {
        long capacity = Math.Min(Math.Max(keys * 2, 65_536), filterBytesMax * 8 / BloomFilter.BitsPerKey);
        if (capacity <= Filter.Capacity)
        {
            return;
        }

        BloomFilter larger = new(capacity);
        using Statement all = database.Prepare("SELECT id FROM contact");
        long counted = 0;
        while (all.Step())
        {
            larger.Add(BloomFilter.Hash(ContactId.Read(all.Blob(0))));
            counted++;
        }

        rows = counted;
        Filter = larger;
    }

    private BloomFilter LoadFilter()
    {
        using Statement read = database.Prepare("SELECT data FROM filter ORDER BY n");
        using MemoryStream bytes = new();
        while (read.Step())
        {
            bytes.Write(read.Blob(0));
        }

        return bytes.Length == 0 ? new BloomFilter(0) : BloomFilter.Load(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
