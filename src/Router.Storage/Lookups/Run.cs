using Router.Core.Addresses;

namespace Router.Storage.Lookups;

/// <summary>A generation as swept into a look-up file. Immutable but for its filters, which are let go of when the budget is used up: then its tables are asked.</summary>
internal sealed class Run
{
    // A departure may be said to be some hundred ms younger than its commit, which the clock may have been set back by a little: a run more is looked at.
    private const long DeparturesAheadMs = 60_000;

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its number in the file: the first commit's number minus one, unique.</summary>
    public required long Number { get; init; }

    /// <summary>The commit before its first.</summary>
    public required long AfterCommit { get; init; }

    /// <summary>Its last commit.</summary>
    public required long LastCommit { get; init; }

    /// <summary>When that was made, Unix ms.</summary>
    public required long LastAtMs { get; init; }

    /// <summary>The lowest row key in it.</summary>
    public required long KeyMin { get; init; }

    /// <summary>The highest row key in it.</summary>
    public required long KeyMax { get; init; }

    /// <summary>Which statuses its list holds, a bit each.</summary>
    public required int Statuses { get; init; }

    /// <summary>No message or entry in it is younger, Unix ms: ids may run ahead of the clock.</summary>
    public long YoungestMs => Math.Max(LastAtMs, KeyMax >> 12);

    /// <summary>Messages in it.</summary>
    public required long Messages { get; init; }

    /// <summary>Of row keys; null: ask the table.</summary>
    public BloomFilter? Histories { get; set; }

    /// <summary>Of receipt keys; null: ask the table.</summary>
    public BloomFilter? Receipts { get; set; }

    /// <summary>Of idempotency keys; null: ask the table.</summary>
    public BloomFilter? IdempotencyKeys { get; set; }

    /// <summary>Of contacts with departures; null: ask the table.</summary>
    public BloomFilter? Departures { get; set; }

    /// <summary>Bytes of its filters in memory.</summary>
    public long FilterBytes =>
        (Histories?.Bytes.Length ?? 0) + (Receipts?.Bytes.Length ?? 0) + (IdempotencyKeys?.Bytes.Length ?? 0) + (Departures?.Bytes.Length ?? 0);

    /// <summary>Whether a message may have entries here.</summary>
    public bool MayHaveMessage(long rowKey) =>
        rowKey >= KeyMin && rowKey <= KeyMax && (Histories?.MayContain(BloomFilter.Hash(rowKey)) ?? true);

    /// <summary>Whether a receipt may be awaited here.</summary>
    public bool MayHaveReceipt(ulong receiptKey) => Receipts?.MayContain(receiptKey) ?? true;

    /// <summary>Whether an idempotency key may be here.</summary>
    public bool MayHaveKey(UInt128 keyHash) => IdempotencyKeys?.MayContain((ulong)keyHash) ?? true;

    /// <summary>Whether departures to a contact from <paramref name="fromMs"/> on may be here.</summary>
    public bool MayHaveDepartures(in ContactId contact, long fromMs) => LastAtMs >= fromMs - DeparturesAheadMs && (Departures?.MayContain(BloomFilter.Hash(contact)) ?? true);

    /// <summary>Lets go of the filters.</summary>
    public void DropFilters() => Histories = Receipts = IdempotencyKeys = Departures = null;
}
