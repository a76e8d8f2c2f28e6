namespace Router.Storage.Lookups;

/// <summary>Kinds of sorted entries in a run. Stored; the numbers never change.</summary>
internal enum RunKind
{
    /// <summary>A message's entries by row key (8 B, big-endian): <see cref="HistoryCodec"/>.</summary>
    History = 1,

    /// <summary>Receipts by key (8 B): row key 8 · provider 4 · segment 1 · what the receipt will tell of 1 (not in old ones).</summary>
    Receipt = 2,

    /// <summary>Idempotency keys by hash (16 B): id 16 · body hash 8.</summary>
    Idempotency = 3,

    /// <summary>Messages by tenant (4 B), status (1 B) and row key (8 B); nothing else.</summary>
    List = 4,

    /// <summary>Messages not finished at the run's end by row key (8 B): status 1 (its highest bit: leaving) · attempts 1 · segments sent. The newest run's only.</summary>
    Unfinished = 5,

    /// <summary>Receipts that found no message until the run's end, by number (8 B): receipt key 8 · at 8 · provider 4 · status 1 · reason 1 · shard 1. The newest run's only.</summary>
    Unmatched = 6,

    /// <summary>Departures that count for a recipient's limit by contact (12 B): Unix ms 8 each, the newest first.</summary>
    Departures = 7,
}
