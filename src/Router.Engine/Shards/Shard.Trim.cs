using System.Numerics;

namespace Router.Engine.Shards;

/// <content>Giving back what the slabs needed while more waited: else what a backlog took once would be missing for good, and memory that was short would stay so.</content>
internal sealed partial class Shard
{
    private const int MessagesKept = 64;

    /// <summary>Places of the slabs, used or not: of messages, of rows.</summary>
    public (int Messages, int Rows) Places => (messages.Length, rows.Places);

    /// <summary>
    /// Cuts the free ends off. Nothing may be with the journal or waiting for it, and no queue task may be under way: all slots in use are then in the slab. What stands at the end stays there
    /// until it has ended; free places are taken from the front.
    /// </summary>
    public void Trim()
    {
        if (messages.Length > MessagesKept && MessageSlots < messages.Length / 4)
        {
            TrimMessages();
        }

        int rowsKept = ContactSlab.PlacesFor(options.ContactRowsMax);
        if (rows.Places > rowsKept)
        {
            TrimRows(rowsKept);
        }
    }

    private void TrimMessages()
    {
        int end = messageCount;
        while (end > 0 && messages[end - 1].Head == 0)
        {
            end--;
        }

        freeMessage = -1;
        for (int slot = end - 1; slot >= 0; slot--)
        {
            if (messages[slot].Head == 0)
            {
                messages[slot].LaneNext = freeMessage;
                freeMessage = slot;
            }
        }

        messageCount = end;
        int length = Math.Max(MessagesKept, (int)BitOperations.RoundUpToPowerOf2((uint)end));
        if (length < messages.Length)
        {
            Array.Resize(ref messages, length);
        }

        heads.Trim(new HeadKeys(messages));
    }

    // There are more than the bound only because messages held them.
    private void TrimRows(int kept)
    {
        for (int row = kept; row < rowCount; row++)
        {
            if (rows[row].High != 0 && rows[row].Pins == 0)
            {
                DropRow(row);
            }
        }

        int end = rowCount;
        while (end > 0 && rows[end - 1].High == 0)
        {
            end--;
        }

        freeRow = -1;
        for (int row = end - 1; row >= 0; row--)
        {
            if (rows[row].High == 0)
            {
                rows[row].NextFree = freeRow;
                freeRow = row;
            }
        }

        rowCount = end;
        rows.Trim(end);
        rowIndex.Trim(new RowKeys(rows));
    }
}
