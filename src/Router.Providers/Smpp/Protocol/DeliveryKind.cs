namespace Router.Providers.Smpp.Protocol;

/// <summary>What a <c>deliver_sm</c> is.</summary>
internal enum DeliveryKind : byte
{
    /// <summary>A message from a subscriber.</summary>
    Inbound = 0,

    /// <summary>A receipt with an id and a final state.</summary>
    Receipt = 1,

    /// <summary>A receipt of a state that is not final, or another signal without a message in it.</summary>
    Intermediate = 2,

    /// <summary>A receipt without an id or with a state that nobody knows.</summary>
    Unreadable = 3,
}
