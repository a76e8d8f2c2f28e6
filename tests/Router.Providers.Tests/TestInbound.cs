using System.Text;
using Router.Engine.Providers;

namespace Router.Providers.Tests;

/// <summary>An <see cref="InboundMessage"/> as strings. Reading it fails where a field is not valid UTF-8.</summary>
public sealed record TestInbound(string From, string To, string Text, int Parts, int Part, int Reference, string Id)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>See <see cref="InboundMessage.IsFromDecided"/>: of SMPP's always.</summary>
    public bool IsFromDecided { get; init; } = true;

    public static TestInbound Of(in InboundMessage message) => new(
        Strict.GetString(message.From),
        Strict.GetString(message.To),
        Strict.GetString(message.Text),
        message.Parts,
        message.Part,
        message.Reference,
        Strict.GetString(message.ProviderMessageId)) { IsFromDecided = message.IsFromDecided };
}
