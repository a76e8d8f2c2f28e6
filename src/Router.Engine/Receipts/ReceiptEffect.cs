namespace Router.Engine.Receipts;

/// <summary>What a receipt does to what is known of its message.</summary>
internal enum ReceiptEffect
{
    /// <summary>Nobody awaits it here (any more): look further.</summary>
    Unknown,

    /// <summary>Nothing new: doubled, or late.</summary>
    Nothing,

    /// <summary>Something to keep.</summary>
    Some,
}
