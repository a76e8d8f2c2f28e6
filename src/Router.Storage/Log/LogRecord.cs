using Router.Engine.Journal;

namespace Router.Storage.Log;

/// <summary>An entry as read from the log; reused over a pass.</summary>
internal struct LogRecord
{
    /// <summary>The entry; for an accepted message its <see cref="AcceptedMessage.FirstStatus"/>, with <see cref="JournalEntry.KeySlot"/>.</summary>
    public JournalEntry Entry;

    /// <summary>Whether it is an accepted message.</summary>
    public bool IsAccepted;

    /// <summary>Whether the accepted message has a fallback.</summary>
    public bool HasFallback;

    /// <summary>Whether it is a part of an inbound message.</summary>
    public bool IsPart;

    /// <summary>Shard of an unmatched receipt.</summary>
    public int Shard;

    /// <summary>Whether the accepted message has an idempotency key.</summary>
    public bool HasIdempotencyKey;

    /// <summary>See <see cref="AcceptedMessage.IdempotencyKey"/>.</summary>
    public UInt128 IdempotencyKey;

    /// <summary>See <see cref="AcceptedMessage.BodyHash"/>.</summary>
    public ulong BodyHash;
}
