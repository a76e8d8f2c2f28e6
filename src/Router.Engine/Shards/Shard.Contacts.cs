using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Rows of contacts: loaded on first touch, dropped by a clock when there are too many.</content>
internal sealed partial class Shard
{
    private readonly SlotIndex rowIndex = new();
    private readonly ContactSlab rows = new();
    private int rowCount;
    private int freeRow = -1;
    private int clockHand;

    /// <summary>Rows in memory.</summary>
    public int ContactRows => rowIndex.Count;

    /// <summary>The row of a contact, or -1: not in memory.</summary>
    public int FindRow(ContactId contact)
    {
        int row = rowIndex.Find(KeyOf(contact), new RowKeys(rows));
        if (row >= 0)
        {
            rows[row].Touched = true;
            if (rows[row].Id != contact)
            {
                throw new InvalidOperationException("two contacts of one shard share 64 bits of hash"); // 2⁻⁶⁴ a pair; the shard starts anew
            }
        }

        return row;
    }

    /// <summary>Adds a row as storage knows it (or knows it not), with the departures of <paramref name="read"/> that it asked for. Pin it before the next call.</summary>
    public int AddRow(in StoredContact stored, ContactRead read)
    {
        int row = FindRow(stored.Contact);
        if (row >= 0)
        {
            return row;
        }

        if (rowIndex.Count >= options.ContactRowsMax)
        {
            DropRows();
        }

        row = freeRow;
        if (row >= 0)
        {
            freeRow = rows[row].NextFree;
        }
        else
        {
            if (rowCount == rows.Places)
            {
                rows.Grow();
            }

            row = rowCount++;
        }

        rows[row] = new ContactRow
        {
            High = stored.Contact.High,
            Low = stored.Contact.Low,
            FlagBits = stored.Flags.Bits,
            KeySlot = stored.KeySlot,
            LastHead = stored.LastHead,
            LastSender = stored.LastSender,
            RecipientLog = -1,
            Touched = true,
        };
        rowIndex.Add(KeyOf(stored.Contact), row, new RowKeys(rows));
        LoadDepartures(ref rows[row], stored, read);
        return row;
    }

    /// <summary>Keeps a row in memory.</summary>
    public void Pin(int row) => rows[row].Pins++;

    /// <summary>Lets a row go when memory is short.</summary>
    public void Unpin(int row) => rows[row].Pins--;

    /// <summary>Flags of a row.</summary>
    public ContactFlags FlagsOf(int row) => rows[row].Flags;

    private static ulong KeyOf(ContactId contact) => contact.High ^ (contact.Low * 0x9E37_79B9_7F4A_7C15UL);

    // A clock with a second chance over an eighth of the rows at a time. Pinned rows stay, so there may be more than the bound while more contacts have waiting messages.
    private void DropRows()
    {
        int target = options.ContactRowsMax - (options.ContactRowsMax / 8);
        for (int looks = 0; looks < rowCount * 2 && rowIndex.Count > target; looks++)
        {
            clockHand = clockHand + 1 < rowCount ? clockHand + 1 : 0;
            ref ContactRow row = ref rows[clockHand];
            if (row.High == 0 || row.Pins > 0)
            {
                continue;
            }

            if (row.Touched)
            {
                row.Touched = false;
                continue;
            }

            DropRow(clockHand);
        }
    }

    private void DropRow(int at)
    {
        ref ContactRow row = ref rows[at];
        rowIndex.Remove(KeyOf(row.Id), new RowKeys(rows));
        ForgetRecipientLog(ref row);
        row = default;
        row.NextFree = freeRow;
        freeRow = at;
    }

    private readonly struct RowKeys(ContactSlab rows) : SlotIndex.IKeys
    {
        public ulong KeyOf(int slot) => Shard.KeyOf(rows[slot].Id);
    }
}
