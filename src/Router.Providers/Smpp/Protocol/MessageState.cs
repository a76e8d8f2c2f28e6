namespace Router.Providers.Smpp.Protocol;

/// <summary>States of a message (SMPP 3.4 §5.2.28).</summary>
internal enum MessageState : byte
{
    /// <summary>Not told.</summary>
    None = 0,

    /// <summary>On its way.</summary>
    EnRoute = 1,

    /// <summary>Delivered.</summary>
    Delivered = 2,

    /// <summary>Validity ended.</summary>
    Expired = 3,

    /// <summary>Deleted.</summary>
    Deleted = 4,

    /// <summary>Cannot be delivered.</summary>
    Undeliverable = 5,

    /// <summary>Taken by a person for the subscriber: not final.</summary>
    Accepted = 6,

    /// <summary>In an invalid state.</summary>
    Unknown = 7,

    /// <summary>Rejected.</summary>
    Rejected = 8,
}
