namespace Router.Core.Messages;

/// <summary>
/// Why a message was rejected, deferred or not delivered. The wire's word is the name in snake case. Stored; the numbers never change.
/// 1 to 63 are the reasons of a rejection (DESIGN §6), 64 and above tell of waiting, sending and delivery.
/// </summary>
public enum Reason : byte
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>Marketing without a grant (R2.1).</summary>
    ConsentMissing = 1,

    /// <summary>Withdrawn or blocked.</summary>
    OptedOut = 2,

    /// <summary>On a suppression list (R2.4).</summary>
    Suppressed = 3,

    /// <summary>Processing is restricted (R4.1).</summary>
    Restricted = 4,

    /// <summary>A known minor without authorised consent (R2.8).</summary>
    Underage = 5,

    /// <summary>No route matches, or none of its providers exists.</summary>
    NoRoute = 6,

    /// <summary>The <c>from</c> is not one of the tenant's senders (R1.7).</summary>
    SenderNotAllowed = 7,

    /// <summary>No provider in the region asked for (R1.3).</summary>
    RegionForbidden = 8,

    /// <summary>No credit (R3.5).</summary>
    CreditExhausted = 9,

    /// <summary>The channel's service window is closed.</summary>
    WindowClosed = 10,

    /// <summary>A numbering plan or the provider says that the address is none.</summary>
    InvalidAddress = 11,

    /// <summary>Validity ended.</summary>
    Expired = 12,

    /// <summary>Content refused.</summary>
    BlockedContent = 13,

    /// <summary>Waits: a limit.</summary>
    Limit = 64,

    /// <summary>Waits: every provider of the route is down.</summary>
    ProviderDown = 65,

    /// <summary>Waits: will be tried again.</summary>
    Retry = 66,

    /// <summary>Waits: quiet hours.</summary>
    QuietHours = 67,

    /// <summary>The provider refused it for good.</summary>
    ProviderRefused = 80,

    /// <summary>The provider failed as often as its rule allows.</summary>
    ProviderFailed = 81,

    /// <summary>A receipt says that it could not be delivered.</summary>
    Undeliverable = 82,

    /// <summary>The outcome stayed unknown and the rule forbids another try.</summary>
    OutcomeUnknown = 83,
}
