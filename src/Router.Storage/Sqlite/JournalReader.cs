using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Lookups;

namespace Router.Storage.Sqlite;

/// <summary>Connections that read message rows, contacts and runs, for one thread.</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly Database database;
    private readonly Statement select;
    private readonly Statement last;

    /// <summary>Opens connections of its own.</summary>
    public JournalReader(string journalPath, string contactsPath, IRecordSealer sealer)
    {
        database = Database.OpenReader(journalPath, cacheKiB: 8192);
        Contacts = new ContactsReader(contactsPath);
        Conversations = new ConversationReader(database, sealer);
        select = database.Prepare("SELECT data FROM message WHERE key = ?1");
        last = database.Prepare("SELECT max(key) FROM message");
    }

    /// <summary>The file.</summary>
    public string Path => database.Path;

    /// <summary>Contacts swept.</summary>
    public ContactsReader Contacts { get; }

    /// <summary>Conversations.</summary>
    public ConversationReader Conversations { get; }

    /// <summary>Runs swept.</summary>
    public LookupReader Lookups { get; } = new();

    /// <summary>
    /// Looks at the file as it is now until <see cref="Release"/>. For many reads at once: each alone takes the file's lock and lets it go, which was two fifths of taking up a quarter of a million messages.
    /// </summary>
    public void Hold() => database.Execute("BEGIN");

    /// <summary>Ends <see cref="Hold"/>.</summary>
    public void Release() => database.Execute("COMMIT");

    /// <summary>The newest row's key; 0: none.</summary>
    public long LastRowKey()
    {
        long rowKey = last.Step() ? last.Long(0) : 0;
        last.Reset();
        return rowKey;
    }

    /// <summary>Reads the clear part of a row; false: none.</summary>
    /// <exception cref="SqliteFault">Not read.</exception>
    public bool TryRead(long rowKey, out AcceptedMessage message)
    {
        try
        {
            if (select.Bind(1, rowKey).Step())
            {
                MessageCodec.Read(rowKey, select.Blob(0), out message);
                return true;
            }

            message = default;
            return false;
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>Reads a row and opens its record, which is null when its key was destroyed; false: none.</summary>
    public bool TryRead(long rowKey, IRecordSealer sealer, out AcceptedMessage message, out byte[]? record)
    {
        try
        {
            record = null;
            if (!select.Bind(1, rowKey).Step())
            {
                message = default;
                return false;
            }

            ReadOnlySpan<byte> row = select.Blob(0);
            MessageCodec.Read(rowKey, row, out message);
            byte[] opened = new byte[Math.Max(message.SealedLength - IRecordSealer.Overhead, 0)];
            if (sealer.TryOpen(message.Tenant, message.KeySlot, message.Id, MessageCodec.Sealed(row), opened))
            {
                record = opened;
            }

            return true;
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>Opens the record of <paramref name="item"/> into <paramref name="records"/>; length 0 when it is not there or cannot be opened.</summary>
    /// <remarks>0 B but for growth.</remarks>
    public void Open(ref StoredRecord item, IRecordSealer sealer, ByteList records) => Open(ref item, byRow: false, sealer, records);

    /// <summary>As <see cref="Open(ref StoredRecord, IRecordSealer, ByteList)"/>, with the key that the row names; nothing where it is another tenant's, or a part.</summary>
    /// <remarks>0 B but for growth.</remarks>
    public void OpenByRow(ref StoredRecord item, IRecordSealer sealer, ByteList records) => Open(ref item, byRow: true, sealer, records);

    /// <inheritdoc/>
    public void Dispose()
    {
        select.Dispose();
        last.Dispose();
        Conversations.Dispose();
        Contacts.Dispose();
        Lookups.Dispose();
        database.Dispose();
    }

    private void Open(ref StoredRecord item, bool byRow, IRecordSealer sealer, ByteList records)
    {
        item.Offset = records.Count;
        item.Length = 0;
        try
        {
            if (!select.Bind(1, item.Id.RowKey).Step())
            {
                return;
            }

            ReadOnlySpan<byte> row = select.Blob(0);
            if (byRow ? TryTakeKey(ref item, row) : MessageCodec.Tail(row) == item.Id.Tail)
            {
                Open(ref item, row, sealer, records);
            }
        }
        finally
        {
            select.Reset();
        }
    }

    private static bool TryTakeKey(ref StoredRecord item, ReadOnlySpan<byte> row)
    {
        MessageCodec.Read(item.Id.RowKey, row, out AcceptedMessage message);
        if (message.Id != item.Id || message.Tenant != item.Tenant || message.IsPart)
        {
            return false;
        }

        item.KeySlot = message.KeySlot;
        return true;
    }

    private static void Open(ref StoredRecord item, ReadOnlySpan<byte> row, IRecordSealer sealer, ByteList records)
    {
        ReadOnlySpan<byte> sealedRecord = MessageCodec.Sealed(row);
        int length = sealedRecord.Length - IRecordSealer.Overhead;
        if (length < 0)
        {
            return;
        }

        Span<byte> opened = records.Add(length);
        if (sealer.TryOpen(item.Tenant, item.KeySlot, item.Id, sealedRecord, opened))
        {
            item.Length = length;
        }
        else
        {
            records.RemoveLast(length);
        }
    }
}
