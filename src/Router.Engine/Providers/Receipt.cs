using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>A delivery receipt as a provider decoded it.</summary>
public struct Receipt
{
    /// <summary>Provider's number.</summary>
    public int Provider;

    /// <summary>Keyed hash of the carrier's id, in the form the response should have had; tried first.</summary>
    public ulong ReceiptKey;

    /// <summary>A second and third reading of the id (hex and decimal); 0: none.</summary>
    public ulong SecondKey;

    /// <summary>See <see cref="SecondKey"/>.</summary>
    public ulong ThirdKey;

    /// <summary>Delivered, read, undelivered, expired, rejected (as undelivered) or cancelled.</summary>
    public MessageStatus Status;

    /// <summary>Why.</summary>
    public Reason Reason;
}
