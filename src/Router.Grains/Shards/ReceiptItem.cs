using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Grains.Shards;

/// <summary>A <see cref="Receipt"/> on its way to another silo.</summary>
[GenerateSerializer, Immutable]
internal struct ReceiptItem
{
    /// <summary>See <see cref="Receipt.Provider"/>.</summary>
    [Id(0)]
    public int Provider;

    /// <summary>See <see cref="Receipt.ReceiptKey"/>.</summary>
    [Id(1)]
    public ulong ReceiptKey;

    /// <summary>See <see cref="Receipt.SecondKey"/>.</summary>
    [Id(2)]
    public ulong SecondKey;

    /// <summary>See <see cref="Receipt.ThirdKey"/>.</summary>
    [Id(3)]
    public ulong ThirdKey;

    /// <summary>See <see cref="Receipt.Status"/>.</summary>
    [Id(4)]
    public byte Status;

    /// <summary>See <see cref="Receipt.Reason"/>.</summary>
    [Id(5)]
    public byte Reason;

    /// <summary>Packs <paramref name="receipt"/>.</summary>
    public static ReceiptItem Of(in Receipt receipt) => new()
    {
        Provider = receipt.Provider,
        ReceiptKey = receipt.ReceiptKey,
        SecondKey = receipt.SecondKey,
        ThirdKey = receipt.ThirdKey,
        Status = (byte)receipt.Status,
        Reason = (byte)receipt.Reason,
    };

    /// <summary>Unpacks it.</summary>
    public readonly Receipt ToReceipt() => new()
    {
        Provider = Provider,
        ReceiptKey = ReceiptKey,
        SecondKey = SecondKey,
        ThirdKey = ThirdKey,
        Status = (MessageStatus)Status,
        Reason = (Reason)Reason,
    };
}
