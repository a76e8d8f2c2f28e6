using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.FrontDoor.Positions;

namespace Router.FrontDoor.Events;

/// <summary>
/// Finds the place of an event by its id. An id says when its event was and shows 74 bits of its place under a key, too few to open: so the log is read around that time, and
/// the id of each of the tenant's events of that millisecond compared. Cold.
/// </summary>
internal sealed class EventFinder(IJournal journal, IKeyedHash hash)
{
    // An entry's time is taken before its commit's: this is for clocks that were set back in between.
    private const long EarlierMs = 2_000;

    // A commit follows its entries within milliseconds, under the worst load within seconds.
    private const long LaterMs = 60_000;

    private const int BatchMax = 1024;

    /// <summary>A place after which the event comes next; null: no event of the tenant that is kept has this id.</summary>
    internal LogPosition? FindBefore(int tenant, ReadOnlySpan<char> id, CancellationToken cancellationToken)
    {
        Span<byte> utf8 = stackalloc byte[UuidText.Length];
        if (!UuidText.TryNarrow(id, utf8) || !UuidText.TryParse(utf8, out ulong head, out ulong tail) || (head & 0xF000) != 0x7000)
        {
            return null;
        }

        long atMs = (long)(head >> 16);
        IEventLog log = journal.Events;
        LogPosition position = log.FindTime(atMs - EarlierMs);
        LogPosition end = log.FindTime(atMs + LaterMs);
        var batch = new StructList<LogEvent>(BatchMax);
        Span<UInt128> blocks = stackalloc UInt128[2];
        while (position < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Clear();
            LogPosition before = position;
            position = log.Read(tenant, position, batch, BatchMax);
            foreach (ref readonly LogEvent one in batch.Span)
            {
                if (one.Entry.AtMs == atMs)
                {
                    Cursor.OfEvents(hash, tenant, new ReadOnlySpan<LogEvent>(in one), blocks);
                    if (EventText.IdOf(blocks[1], atMs) == (head, tail))
                    {
                        return before;
                    }
                }

                before = one.Position;
            }

            if (position <= before && batch.Count == 0)
            {
                break;
            }
        }

        return null;
    }
}
