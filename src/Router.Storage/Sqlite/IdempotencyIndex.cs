using Router.Engine.Journal;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>
/// Idempotency keys of the last 24 h (DESIGN §6). Keys of the transaction under way are entered at once, so that two parts of one commit see each other, and taken back when
/// it is not kept. Writer's thread only.
/// </summary>
internal sealed class IdempotencyIndex(JournalMemory memory, TimeSpan window)
{
    private readonly long windowMs = (long)window.TotalMilliseconds;
    private int entered;

    /// <summary>Begins a transaction.</summary>
    public void Begin() => entered = 0;

    /// <summary>Fills in <see cref="AcceptedMessage.Kept"/>: new (and entered), a repeat, or another body.</summary>
    public void Resolve(ref AcceptedMessage message)
    {
        SlabTable<UInt128, IdempotencyRow> current = memory.Current.Idempotency;
        if (TryFind(message.IdempotencyKey, out IdempotencyRow first) && message.AcceptedAtMs - first.Id.UnixMs < windowMs)
        {
            message.Kept = first.BodyHash == message.BodyHash ? KeptAs.Repeat : KeptAs.OtherBody;
            message.FirstId = message.Kept == KeptAs.Repeat ? first.Id : default;
            return;
        }

        message.Kept = KeptAs.New;
        IdempotencyRow row = new() { KeyHash = message.IdempotencyKey, Id = message.Id, BodyHash = message.BodyHash };
        int ordinal = current.Find(row.KeyHash);
        if (ordinal >= 0)
        {
            // Older than the window but still in memory. If this transaction fails, the old row is lost with it: it no longer counts anyway.
            current[ordinal] = row;
            return;
        }

        current.Add(row);
        entered++;
    }

    /// <summary>Takes back what the transaction entered.</summary>
    public void TakeBack()
    {
        for (; entered > 0; entered--)
        {
            memory.Current.Idempotency.RemoveLast();
        }
    }

    private bool TryFind(UInt128 key, out IdempotencyRow row)
    {
        for (int i = memory.Generations.Count - 1; i >= 0; i--)
        {
            SlabTable<UInt128, IdempotencyRow> table = memory.Generations[i].Idempotency;
            int ordinal = table.Find(key);
            if (ordinal >= 0)
            {
                row = table[ordinal];
                return true;
            }
        }

        row = default;
        return false;
    }
}
