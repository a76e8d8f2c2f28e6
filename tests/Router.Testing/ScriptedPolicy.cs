namespace Router.Testing;

/// <summary>
/// How a <see cref="ScriptedProvider"/> answers by itself: chances (0 to 1) and delays (ms, drawn evenly from 0 to the one given), from the seed the provider was made with.
/// </summary>
public sealed record ScriptedPolicy
{
    /// <summary>Everything is taken at once and delivered at once.</summary>
    public static ScriptedPolicy Smooth { get; } = new();

    /// <summary>Some of everything that can go wrong, for simulations.</summary>
    public static ScriptedPolicy Rough { get; } = new()
    {
        WriteDelayMs = 300, OutcomeDelayMs = 400, ReceiptDelayMs = 3_000, Throttled = 0.05, Failed = 0.05, Refused = 0.02, Unknown = 0.03, UnknownIsCarried = 0.5,
        Undelivered = 0.05, ReceiptLost = 0.02, ReceiptTwice = 0.05, ReceiptEarly = 0.1,
    };

    /// <summary>Longest time between hand-over and writing; then the release's end is checked.</summary>
    public int WriteDelayMs { get; init; }

    /// <summary>Longest time between writing and the outcome.</summary>
    public int OutcomeDelayMs { get; init; }

    /// <summary>Longest time between the outcome and the receipt.</summary>
    public int ReceiptDelayMs { get; init; }

    /// <summary>Chance of <c>Throttled</c>.</summary>
    public double Throttled { get; init; }

    /// <summary>Chance of <c>Failed</c>.</summary>
    public double Failed { get; init; }

    /// <summary>Chance of <c>Refused</c>.</summary>
    public double Refused { get; init; }

    /// <summary>Chance of <c>Unknown</c>.</summary>
    public double Unknown { get; init; }

    /// <summary>Chance that the carrier has what ended as <c>Unknown</c>: then its receipt comes under a key that nobody was told.</summary>
    public double UnknownIsCarried { get; init; }

    /// <summary>Whether receipts come at all.</summary>
    public bool Receipts { get; init; } = true;

    /// <summary>Chance that the receipt says undelivered instead of delivered.</summary>
    public double Undelivered { get; init; }

    /// <summary>Chance that the receipt never comes.</summary>
    public double ReceiptLost { get; init; }

    /// <summary>Chance that the receipt comes twice.</summary>
    public double ReceiptTwice { get; init; }

    /// <summary>Chance that the receipt comes before the outcome.</summary>
    public double ReceiptEarly { get; init; }

    /// <summary>After how many ms a receipt that was not acknowledged comes again.</summary>
    public int ReceiptAgainMs { get; init; } = 1_000;
}
