using System.IO.Hashing;
using System.Text;

namespace Router.Core.Tenants;

/// <summary>One of a tenant's own senders, compiled: its bytes for the provider and its tag for routes and conversations.</summary>
public sealed class Sender
{
    /// <summary>No sender: what a channel without one uses.</summary>
    public static readonly Sender None = new("");

    /// <summary>Compiles <paramref name="value"/>.</summary>
    public Sender(string value)
    {
        Value = value;
        Utf8 = Encoding.UTF8.GetBytes(value);
        Tag = TagOf(Utf8.Span);
    }

    /// <summary>As configured.</summary>
    public string Value { get; }

    /// <summary>As configured, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>32 bits of hash; 0 for none. The sender's part of a <see cref="Messages.ConversationId"/>.</summary>
    public uint Tag { get; }

    /// <summary>The tag of a sender's bytes.</summary>
    public static uint TagOf(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? 0 : XxHash32.HashToUInt32(utf8);
}
