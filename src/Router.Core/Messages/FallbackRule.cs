namespace Router.Core.Messages;

/// <summary>What a message's status means for its fallback.</summary>
public enum FallbackVerdict : byte
{
    /// <summary>Nothing yet.</summary>
    Wait = 0,

    /// <summary>The fallback goes.</summary>
    Wake = 1,

    /// <summary>The fallback is not needed, or must not go.</summary>
    Cancel = 2,
}

/// <summary>Whether a message that ended has its fallback go. Pure.</summary>
/// <remarks>
/// What could not be delivered has it go. So does a verdict about the way: no route, no provider in the region, the address, the sender, a closed service window. A verdict about the person or the tenant does not:
/// who withdrew consent on one channel is not written to on another, and content that is blocked stays blocked.
/// </remarks>
public static class FallbackRule
{
    /// <summary>Decides.</summary>
    public static FallbackVerdict Decide(MessageStatus status, Reason reason) => status switch
    {
        MessageStatus.Undelivered or MessageStatus.Expired => FallbackVerdict.Wake,
        MessageStatus.Rejected => reason is Reason.NoRoute or Reason.RegionForbidden or Reason.InvalidAddress or Reason.SenderNotAllowed or Reason.WindowClosed
            ? FallbackVerdict.Wake
            : FallbackVerdict.Cancel,
        MessageStatus.Delivered or MessageStatus.Read or MessageStatus.Cancelled => FallbackVerdict.Cancel,
        _ => FallbackVerdict.Wait,
    };
}
