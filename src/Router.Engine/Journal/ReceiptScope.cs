namespace Router.Engine.Journal;

/// <summary>What of a message a receipt tells of. Stored in two bits; the numbers never change.</summary>
public enum ReceiptScope : byte
{
    /// <summary>Kept before outcomes said it: the account's settings say it (<see cref="Providers.IProvider.HasWholeReceipts"/>).</summary>
    NotSaid = 0,

    /// <summary>Of its segment.</summary>
    Segment = 1,

    /// <summary>Of all segments: they left in one piece.</summary>
    Message = 2,
}
