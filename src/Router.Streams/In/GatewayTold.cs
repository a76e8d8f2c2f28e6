using Router.Core.Messages;

namespace Router.Streams.In;

/// <summary>What a gateway's record tells, decoded: all that the engine is given of it.</summary>
internal sealed class GatewayTold
{
    /// <summary>The provider's number.</summary>
    public required int Provider { get; init; }

    /// <summary>By what the provider knows the message, UTF-8; empty: a message from an end user without one.</summary>
    public required byte[] ProviderMessageId { get; init; }

    /// <summary>Of a receipt; default: it is a message from an end user.</summary>
    public MessageStatus Status { get; init; }

    /// <summary>The channel of a message.</summary>
    public Channel Channel { get; init; }

    /// <summary>Who sent it, without the channel's word, UTF-8.</summary>
    public byte[] From { get; init; } = [];

    /// <summary>To whom, UTF-8.</summary>
    public byte[] To { get; init; } = [];

    /// <summary>Its text, UTF-8.</summary>
    public byte[] Text { get; init; } = [];
}
