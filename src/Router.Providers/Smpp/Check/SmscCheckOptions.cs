namespace Router.Providers.Smpp.Check;

/// <summary>What <see cref="SmscCheck"/> is to do.</summary>
public sealed record SmscCheckOptions
{
    /// <summary>The account's settings, as in <c>PUT /admin/providers</c>.</summary>
    public required SmppSettings Settings { get; init; }

    /// <summary>Kinds of bind, one link each: <c>transceiver</c>, <c>transmitter</c>, <c>receiver</c>.</summary>
    public required IReadOnlyList<string> Binds { get; init; }

    /// <summary>Whom one message is sent to, <c>+</c> and the number; null: none is sent.</summary>
    public string? To { get; init; }

    /// <summary>Its sender; empty: none.</summary>
    public string From { get; init; } = "";

    /// <summary>Its text.</summary>
    public string Text { get; init; } = "Router smsc-check";

    /// <summary>How long receipts, or whatever the carrier sends, are waited for at the end.</summary>
    public TimeSpan Wait { get; init; }
}
