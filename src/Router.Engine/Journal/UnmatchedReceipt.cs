using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>A receipt that found no message yet.</summary>
public struct UnmatchedReceipt
{
    /// <summary>See <see cref="JournalEntry.ReceiptKey"/>.</summary>
    public ulong ReceiptKey;

    /// <summary>What it says.</summary>
    public MessageStatus Status;

    /// <summary>Its reason.</summary>
    public Reason Reason;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Unix ms when it came.</summary>
    public long AtMs;
}
