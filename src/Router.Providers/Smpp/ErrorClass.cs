namespace Router.Providers.Smpp;

/// <summary>What an account's error map says of a carrier's code.</summary>
internal enum ErrorClass : byte
{
    /// <summary>As long as nothing changes it will be refused again: not tried again.</summary>
    Permanent = 0,

    /// <summary>Of a <c>command_status</c>: tried again by the retry rule. Of a receipt's error: the carrier goes on trying, the receipt is not the last.</summary>
    Temporary = 1,

    /// <summary>The account's rate or a full queue: tried again, and the account slows.</summary>
    Throttled = 2,
}
