namespace Router.Engine.Receipts;

/// <summary>What a receipt does to what is known of its message.</summary>
internal enum ReceiptEffect
{
    /// <summary>Nobody awaits it here (any more): look further.</summary>
    Unknown,

    /// <summary>Its carrier gave the id to another message since: that one's owner judges.</summary>
    Anothers,

    /// <summary>The outcome that names it is on its way through the shard.</summary>
    Expected,

    /// <summary>Nothing new: doubled, or late.</summary>
    Nothing,

    /// <summary>Something to keep.</summary>
    Some,
}
