using Router.Core.Addresses;
using Router.Core.Routing;
using Router.Core.Segments;

namespace Router.Core.Messages;

/// <summary>
/// A decoded, well-formed message body. Its spans lie in the body's bytes or in the scratch given to <see cref="MessageDecoder"/> and live as long as both.
/// </summary>
/// <remarks>Hot path. <c>DecodeBenchmark</c>, 0 B.</remarks>
public ref struct MessageBody
{
    /// <summary>Channel of <see cref="To"/>.</summary>
    public Channel Channel { get; internal set; }

    /// <summary>Canonical address without the channel's word, 1 to 254 bytes.</summary>
    public ReadOnlySpan<byte> To { get; internal set; }

    /// <summary>The sender asked for, 1 to 254 bytes of UTF-8, compared with the tenant's senders by the caller; empty: none.</summary>
    public ReadOnlySpan<byte> From { get; internal set; }

    /// <summary>Purpose.</summary>
    public Purpose Purpose { get; internal set; }

    /// <summary>Priority; normal when not given.</summary>
    public Priority Priority { get; internal set; }

    /// <summary>Kind of content.</summary>
    public ContentType ContentType { get; internal set; }

    /// <summary>
    /// The text, valid UTF-8 without NUL, unescaped: at least one byte of a text; of a template what it renders to, empty until <see cref="TrySetText"/>; of media the caption, which may be empty.
    /// </summary>
    public ReadOnlySpan<byte> Text { get; internal set; }

    /// <summary>The content, a JSON object exactly as received, where it is no plain text; else empty.</summary>
    public ReadOnlySpan<byte> Content { get; internal set; }

    /// <summary>Of a template: its name and language as given, unescaped, not checked further; else empty.</summary>
    public ReadOnlySpan<byte> TemplateName { get; internal set; }

    /// <summary>See <see cref="TemplateName"/>.</summary>
    public ReadOnlySpan<byte> TemplateLanguage { get; internal set; }

    /// <summary>Of a template: a JSON object exactly as received; empty: none was given.</summary>
    public ReadOnlySpan<byte> TemplateParameters { get; internal set; }

    /// <summary>Seconds after which it must not leave any more, 1 to 604,800; 172,800 (48 h) when not given.</summary>
    public int ValiditySeconds { get; internal set; }

    /// <summary>Unix ms before which it must not leave; 0: at once, also when the time given has passed.</summary>
    public long NotBeforeMs { get; internal set; }

    /// <summary>The tenant's reference, 1 to 256 bytes of UTF-8; empty: none.</summary>
    public ReadOnlySpan<byte> Reference { get; internal set; }

    /// <summary>The tenant's metadata, a JSON object of at most 4,096 bytes exactly as received (it may hold line feeds between tokens); empty: none.</summary>
    public ReadOnlySpan<byte> Metadata { get; internal set; }

    /// <summary>The region that it must stay in (<see cref="Tenants.RegionTag"/>, R1.3); 0: none given.</summary>
    public uint Region { get; internal set; }

    /// <summary>Whether it has a fallback, a message to another address that waits for this one's failure.</summary>
    public bool HasFallback { get; internal set; }

    /// <summary>Seconds after acceptance (or <see cref="NotBeforeMs"/>) at which the fallback goes unless this message is delivered, 1 to 604,800; 0: only when this one fails.</summary>
    public int FallbackAfterSeconds { get; internal set; }

    /// <summary>Segments: of SMS 1 to 255 (counted with an 8-bit reference), else 1.</summary>
    public byte Segments { get; internal set; }

    /// <summary>How an SMS's text is encoded; without meaning on other channels.</summary>
    public SmsEncoding Encoding { get; internal set; }

    /// <summary>First digits of the destination on channels with numbers, else none.</summary>
    public readonly DestinationPrefix Prefix => Address.IsNumber(Channel) ? DestinationPrefix.Of(To) : default;

    /// <summary>Bytes that <see cref="WriteRecord"/> writes; at most the body's length and 14, and a rendered text.</summary>
    public readonly int RecordSize => MessageRecord.SizeWithoutFrom(To.Length, Text.Length, Reference.Length, Metadata.Length, Content.Length);

    /// <summary>Takes what a fallback has of its message: all but address and sender, and the content where it has none.</summary>
    internal void TakeFrom(in MessageBody message)
    {
        Purpose = message.Purpose;
        Priority = message.Priority;
        ValiditySeconds = message.ValiditySeconds;
        NotBeforeMs = message.NotBeforeMs;
        Reference = message.Reference;
        Metadata = message.Metadata;
        Region = message.Region;
        FallbackAfterSeconds = 0;
        if (ContentType == default)
        {
            ContentType = message.ContentType;
            Text = message.Text;
            Content = message.Content;
            TemplateName = message.TemplateName;
            TemplateLanguage = message.TemplateLanguage;
            TemplateParameters = message.TemplateParameters;
        }
    }

    /// <summary>Writes the record without its sender (<see cref="MessageRecord.Write"/>); returns <see cref="RecordSize"/>.</summary>
    /// <param name="destination">At least <see cref="RecordSize"/> bytes.</param>
    public readonly int WriteRecord(Span<byte> destination) =>
        MessageRecord.Write(Channel, ContentType, To, Text, Reference, Metadata, destination, Content);

    /// <summary>Sets the text and counts its segments; false: an SMS has no room for it.</summary>
    /// <param name="text">Valid UTF-8 without NUL, 1 to <see cref="MessageRecord.TextBytesMax"/> bytes; lives as long as the message.</param>
    public bool TrySetText(ReadOnlySpan<byte> text)
    {
        Text = text;
        if (Channel != Channel.Sms)
        {
            return true;
        }

        int segments = SmsText.Measure(text, out SmsEncoding encoding);
        Segments = (byte)segments;
        Encoding = encoding;
        return segments <= SmsText.SegmentsMax;
    }
}
