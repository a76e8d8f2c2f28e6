namespace Router.Core.Messages;

/// <summary>The statuses of DESIGN §6. The wire's word is the name in lower case. Stored; the numbers never change.</summary>
public enum MessageStatus : byte
{
    /// <summary>Not a status.</summary>
    None = 0,

    /// <summary>Kept.</summary>
    Accepted = 1,

    /// <summary>Kept for a later time; shows in GET alone.</summary>
    Scheduled = 2,

    /// <summary>Must wait: a limit, a retry, no provider up.</summary>
    Queued = 3,

    /// <summary>Released to a provider, outcome not known; shows in GET alone.</summary>
    Sending = 4,

    /// <summary>A provider has taken every segment. Final when no receipt comes.</summary>
    Sent = 5,

    /// <summary>A receipt says delivered, for every segment. Final but for <see cref="Read"/>.</summary>
    Delivered = 6,

    /// <summary>A receipt says read. Final.</summary>
    Read = 7,

    /// <summary>The provider or a receipt says that it will not be delivered. Final.</summary>
    Undelivered = 8,

    /// <summary>Validity ended before it left, or a receipt says so. Final.</summary>
    Expired = 9,

    /// <summary>Decided against, with a reason. Final.</summary>
    Rejected = 10,

    /// <summary>Cancelled before it left. Final.</summary>
    Cancelled = 11,
}
