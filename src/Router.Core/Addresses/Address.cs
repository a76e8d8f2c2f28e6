using System.Buffers;
using Router.Core.Messages;

namespace Router.Core.Addresses;

/// <summary>
/// A parsed address: its channel and its canonical value, which two spellings of one address share (a contact's id is the hash of it).
/// </summary>
/// <remarks>
/// Hot path. <c>DecodeBenchmark</c>, 0 B.
/// <list type="bullet">
/// <item><c>sms</c> <c>voice</c> <c>whatsapp</c>: E.164, <c>+</c> and 7 to 15 digits; see <see cref="PhoneNumber"/>.</item>
/// <item><c>email</c>: an RFC 5321 mailbox; see <see cref="Mailbox"/>.</item>
/// <item>all others: the platform's own id, 1 to 128 bytes of printable ASCII (0x21 to 0x7E), case kept. Platforms promise no more about
/// their ids than that they can stand in a URL or a JSON string; anything narrower would be a guess, anything wider could not stand in a path or header.</item>
/// </list>
/// </remarks>
public readonly ref struct Address
{
    /// <summary>Bytes of a canonical value at most; what <see cref="Parse"/> may need as buffer.</summary>
    public const int ValueBytesMax = Mailbox.BytesMax;

    /// <summary>Bytes of <c>channel:value</c> at most: the longest channel's word is <c>messenger</c> or <c>instagram</c>.</summary>
    public const int BytesMax = 9 + 1 + ValueBytesMax;

    private const int IdBytesMax = 128;

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x21 + 1).Select(static c => (byte)c)]);

    private Address(Channel channel, ReadOnlySpan<byte> value)
    {
        Channel = channel;
        Value = value;
    }

    /// <summary>Channel; <see cref="Channel.None"/>: nothing was parsed.</summary>
    public Channel Channel { get; }

    /// <summary>Canonical value without the channel's word; lies in the buffer given to <see cref="Parse"/>.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Whether addresses of <paramref name="channel"/> are E.164 numbers.</summary>
    public static bool IsNumber(Channel channel) => channel is Channel.Sms or Channel.Voice or Channel.WhatsApp;

    /// <summary>
    /// Parses <c>channel:value</c> and writes the canonical value to <paramref name="buffer"/>.
    /// Never throws for what <paramref name="utf8"/> holds, which need not even be UTF-8.
    /// </summary>
    /// <param name="utf8">The address as received, of any length.</param>
    /// <param name="buffer">At least as long as <paramref name="utf8"/>, or <see cref="ValueBytesMax"/>; whichever is less.</param>
    /// <param name="address">The address; default when it is none.</param>
    /// <returns><see cref="AddressReason.None"/>, or why it is no address.</returns>
    public static AddressReason Parse(ReadOnlySpan<byte> utf8, Span<byte> buffer, out Address address)
    {
        address = default;
        int colon = utf8.IndexOf((byte)':');
        if (colon < 0)
        {
            return AddressReason.ChannelMissing;
        }

        if (!WireNames.TryParse(utf8[..colon], out Channel channel))
        {
            return AddressReason.ChannelUnknown;
        }

        ReadOnlySpan<byte> value = utf8[(colon + 1)..];
        return ParseValue(channel, value, buffer, out address);
    }

    /// <summary>As <see cref="Parse"/>, for a value whose channel is known: what a provider says of a sender.</summary>
    public static AddressReason ParseValue(Channel channel, ReadOnlySpan<byte> value, Span<byte> buffer, out Address address)
    {
        address = default;
        if (value.IsEmpty)
        {
            return AddressReason.ValueMissing;
        }

        int length;
        AddressReason reason;
        if (IsNumber(channel))
        {
            reason = PhoneNumber.Canonicalise(value, buffer, out length);
        }
        else if (channel == Channel.Email)
        {
            reason = Mailbox.Canonicalise(value, buffer, out length);
        }
        else
        {
            reason = CanonicaliseId(value, buffer, out length);
        }

        if (reason == AddressReason.None)
        {
            address = new Address(channel, buffer[..length]);
        }

        return reason;
    }

    private static AddressReason CanonicaliseId(ReadOnlySpan<byte> value, Span<byte> buffer, out int length)
    {
        length = 0;
        if (value.Length > IdBytesMax)
        {
            return AddressReason.IdTooLong;
        }

        if (value.ContainsAnyExcept(Printable))
        {
            return AddressReason.IdNotPrintable;
        }

        value.CopyTo(buffer);
        length = value.Length;
        return AddressReason.None;
    }
}
