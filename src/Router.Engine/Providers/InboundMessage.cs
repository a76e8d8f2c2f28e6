using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>
/// A message from an end user (or one part of it) as a provider decoded it. Its memory is the provider's and good for the call only.
/// </summary>
public readonly ref struct InboundMessage
{
    /// <summary>Provider's number.</summary>
    public required int Provider { get; init; }

    /// <summary>The channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Who sent it: an address of the channel as the provider gives it, UTF-8; made canonical by the engine.</summary>
    public required ReadOnlySpan<byte> From { get; init; }

    /// <summary>The provider knows what kind of number <see cref="From"/> is: digits without a plus are a national number or a short code, so the engine guesses at no country.</summary>
    public bool IsFromDecided { get; init; }

    /// <summary>Whom it was sent to: the number, short code or mailbox, UTF-8.</summary>
    public required ReadOnlySpan<byte> To { get; init; }

    /// <summary>The text, valid UTF-8; of a part, that part's. May be empty.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Parts of the whole message, 1 to 255 (3GPP TS 23.040 §9.2.3.24.1); 1: it is whole.</summary>
    public byte Parts { get; init; }

    /// <summary>This part, from 1 to <see cref="Parts"/>; without meaning when whole.</summary>
    public byte Part { get; init; }

    /// <summary>The reference that the parts of one message share, 8 or 16 bits; without meaning when whole.</summary>
    public ushort Reference { get; init; }

    /// <summary>The provider's id of the message, where it has one; empty: none. The same text from the same person under an id that was seen is a repetition.</summary>
    public ReadOnlySpan<byte> ProviderMessageId { get; init; }
}
