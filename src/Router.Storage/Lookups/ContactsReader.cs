using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Reads <c>contacts.db</c>. One thread.</summary>
internal sealed class ContactsReader : IDisposable
{
    private readonly Database database;
    private readonly Statement select;

    public ContactsReader(string path)
    {
        database = Database.OpenReader(path, cacheKiB: 8192);
        select = database.Prepare("SELECT flags, key_slot, last_head, last_sender FROM contact WHERE id = ?1");
    }

    /// <summary>The file.</summary>
    public string Path => database.Path;

    /// <summary>Fills <paramref name="stored"/>, of which the contact is set.</summary>
    /// <exception cref="SqliteFault">Not read.</exception>
    public void Read(ref StoredContact stored)
    {
        Span<byte> id = stackalloc byte[ContactId.Size];
        stored.Contact.Write(id);
        try
        {
            if (select.Bind(1, id).Step())
            {
                stored.Found = true;
                stored.Flags = new ContactFlags((uint)select.Long(0));
                stored.KeySlot = (uint)select.Long(1);
                stored.LastHead = (ulong)select.Long(2);
                stored.LastSender = (uint)select.Long(3);
            }
        }
        finally
        {
            select.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        select.Dispose();
        database.Dispose();
    }
}
