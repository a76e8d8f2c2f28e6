using System.Runtime.InteropServices;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>A receipt awaited: 24 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ReceiptRow : IRow<ulong>
{
    /// <summary>See <see cref="JournalEntry.ReceiptKey"/>.</summary>
    public ulong ReceiptKey;

    /// <summary>The message.</summary>
    public long RowKey;

    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>The segment, from 0.</summary>
    public byte Segment;

    /// <summary>What the receipt will tell of.</summary>
    public ReceiptScope Scope;

    /// <inheritdoc/>
    public readonly ulong Key => ReceiptKey;

    /// <inheritdoc/>
    public static uint Hash(ulong key) => (uint)key;
}
