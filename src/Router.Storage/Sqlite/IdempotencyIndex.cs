using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>
/// Idempotency keys of the last 24 h (DESIGN §6): generations in memory, then runs behind their filters. Keys of the transaction under way are entered at once, so that two
/// parts of one commit see each other, and taken back when it is not kept. Writer's thread only.
/// </summary>
internal sealed class IdempotencyIndex(JournalMemory memory, TimeSpan window) : IDisposable
{
    private readonly LookupReader lookups = new();
    private readonly long windowMs = (long)window.TotalMilliseconds;

    // As they stand at the beginning of a transaction: the sweeper only lets go of a generation after its run is in the list.
    private readonly List<SlabTable<UInt128, IdempotencyRow>> tables = [];
    private readonly List<(int Ordinal, IdempotencyRow Before)> replaced = [];
    private Run[] runs = [];
    private int entered;

    /// <summary>Begins a transaction.</summary>
    public void Begin()
    {
        entered = 0;
        replaced.Clear();
        tables.Clear();
        lock (memory.Gate)
        {
            runs = memory.Runs;
            for (int i = 0; i < memory.Generations.Count; i++)
            {
                tables.Add(memory.Generations[i].Idempotency);
            }
        }
    }

    /// <summary>Fills in <see cref="AcceptedMessage.Kept"/>: new (and entered), a repeat, or another body.</summary>
    /// <exception cref="SqliteFault">A run could not be read.</exception>
    public void Resolve(ref AcceptedMessage message)
    {
        if (TryFind(message.IdempotencyKey, message.AcceptedAtMs - windowMs, out IdempotencyRow first) && message.AcceptedAtMs - first.Id.UnixMs < windowMs)
        {
            message.Kept = first.BodyHash == message.BodyHash ? KeptAs.Repeat : KeptAs.OtherBody;
            message.FirstId = message.Kept == KeptAs.Repeat ? first.Id : default;
            return;
        }

        message.Kept = KeptAs.New;
        IdempotencyRow row = new() { KeyHash = message.IdempotencyKey, Id = message.Id, BodyHash = message.BodyHash };
        SlabTable<UInt128, IdempotencyRow> current = tables[^1];
        int ordinal = current.Find(row.KeyHash);
        if (ordinal >= 0)
        {
            // Older than the window but still in memory. Taken back like the others: left in place, it would answer the next try with a message that was never kept.
            replaced.Add((ordinal, current[ordinal]));
            current[ordinal] = row;
            return;
        }

        current.Add(row);
        entered++;
    }

    /// <summary>Takes back what the transaction entered.</summary>
    public void TakeBack()
    {
        for (int i = replaced.Count - 1; i >= 0; i--)
        {
            tables[^1][replaced[i].Ordinal] = replaced[i].Before;
        }

        replaced.Clear();
        for (; entered > 0; entered--)
        {
            tables[^1].RemoveLast();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => lookups.Dispose();

    private bool TryFind(UInt128 key, long sinceMs, out IdempotencyRow row)
    {
        for (int i = tables.Count - 1; i >= 0; i--)
        {
            int ordinal = tables[i].Find(key);
            if (ordinal >= 0)
            {
                row = tables[i][ordinal];
                return true;
            }
        }

        for (int i = runs.Length - 1; i >= 0 && runs[i].YoungestMs >= sinceMs; i--)
        {
            if (runs[i].MayHaveKey(key) && lookups.TryFindKey(runs[i], key, out row))
            {
                return true;
            }
        }

        row = default;
        return false;
    }
}
