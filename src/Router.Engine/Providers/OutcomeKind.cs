namespace Router.Engine.Providers;

/// <summary>What a provider says of a departure.</summary>
public enum OutcomeKind : byte
{
    /// <summary>Taken; <see cref="Outcome.ReceiptKey"/> names it in receipts.</summary>
    Sent = 1,

    /// <summary>Not written: its release had ended. Nothing left.</summary>
    Lapsed = 2,

    /// <summary>Refused for now by the account's rate or a full queue; the provider slows. Not an attempt.</summary>
    Throttled = 3,

    /// <summary>Refused for now for another reason: an attempt.</summary>
    Failed = 4,

    /// <summary>Refused for good.</summary>
    Refused = 5,

    /// <summary>Written, and no answer came before the time-out or the link's loss: an attempt, may be a duplicate.</summary>
    Unknown = 6,

    /// <summary>Not written: no session is up. Not an attempt.</summary>
    Unsent = 7,
}
