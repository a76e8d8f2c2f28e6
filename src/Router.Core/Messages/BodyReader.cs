using System.Text.Json;

namespace Router.Core.Messages;

/// <summary>One pass over a body for <see cref="MessageDecoder"/>: which fields there are, in which order they may come, what is missing.</summary>
/// <remarks>Hot path. <c>DecodeBenchmark</c>, 0 B. Reads of single fields are in <c>BodyReader.Fields.cs</c>, of the content in <c>BodyReader.Content.cs</c>; they return false once <see cref="Problem"/> is set.</remarks>
internal ref partial struct BodyReader
{
    /// <summary>Said of a text that an SMS has no room for.</summary>
    public const string TooManySegments = "is too long for SMS: at most 255 segments, which hold 39,015 characters of the GSM alphabet or 17,085 of UCS-2; shorten it";

    private readonly ReadOnlySpan<byte> _body;
    private readonly Span<byte> _scratch;
    private readonly long _nowMs;
    private Utf8JsonReader _reader;
    private int _scratchUsed;
    private uint _seen;
    private ReadOnlySpan<byte> _caption;

    // Fields of the content may come before the type that says whether they belong there: the first that does not is remembered for each kind, and told at the content's end.
    private (int Start, int Length) _noneOfText;
    private (int Start, int Length) _noneOfTemplate;
    private (int Start, int Length) _noneOfMedia;

    private readonly bool _isFallback;
    private int _fallbackAt;

    /// <summary>The message so far.</summary>
    public MessageBody Message;

    /// <summary>Its fallback, when <see cref="MessageBody.HasFallback"/>.</summary>
    public MessageBody Fallback;

    /// <summary>What is wrong.</summary>
    public BodyProblem Problem;

    /// <summary>Stands before <paramref name="body"/>, which is valid UTF-8.</summary>
    public BodyReader(ReadOnlySpan<byte> body, Span<byte> scratch, long nowMs, bool isFallback = false)
    {
        _isFallback = isFallback;
        _body = body;
        _scratch = scratch;
        _nowMs = nowMs;
        _reader = new Utf8JsonReader(body, isFinalBlock: true, state: default);
        Message = new MessageBody { Priority = Priority.Normal, ValiditySeconds = MessageDecoder.ValiditySecondsDefault, Segments = 1 };
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public bool Read()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(BodyProblemCode.MalformedJson, BodyField.Body, "is not a JSON object: send one object per body or line");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            BodyField field = Name(inContent: false);
            if (!IsFirst(field) || !ReadField(field))
            {
                return false;
            }
        }

        // Anything after the object makes the reader throw here.
        _reader.Read();
        return HasAll() && CountSegments() && CompleteFallback();
    }

    private bool ReadField(BodyField field) => _isFallback ? ReadFallbackField(field) : field switch
    {
        BodyField.To => ReadTo(),
        BodyField.From => ReadFrom(),
        BodyField.Purpose => ReadPurpose(),
        BodyField.Content => ReadContent(),
        BodyField.Priority => ReadPriority(),
        BodyField.ValiditySeconds => ReadValiditySeconds(),
        BodyField.ScheduleAt => ReadScheduleAt(),
        BodyField.Reference => ReadReference(),
        BodyField.Metadata => ReadMetadata(),
        BodyField.Region => ReadRegion(),
        BodyField.Fallback => ReadFallback(),
        _ => FailAtToken(BodyProblemCode.UnknownField, field, "is not a field of a message: remove it; fields are to, from, purpose, content, priority, validitySeconds, scheduleAt, reference, region, fallback, metadata"),
    };

    private bool HasAll() =>
        Has(BodyField.To, "is missing: give the address, for example \"sms:+393331234567\"")
        && Has(BodyField.Purpose, "is missing: give one of otp, transactional, service, marketing")
        && Has(BodyField.Content, "is missing: give {\"type\":\"text\",\"text\":…}, or one of type template or media");

    private bool CountSegments()
    {
        // A template's text is rendered later; media are on no SMS.
        return Message.ContentType != ContentType.Text || Message.TrySetText(Message.Text)
            || Fail(BodyProblemCode.InvalidValue, BodyField.ContentText, TooManySegments);
    }

    /// <summary>The field that the property name stood on names.</summary>
    private readonly BodyField Name(bool inContent)
    {
        if (_reader.ValueIsEscaped)
        {
            return EscapedName(inContent);
        }

        return inContent ? BodyFields.InContent(_reader.ValueSpan) : BodyFields.InBody(_reader.ValueSpan);
    }

    /// <summary>As <see cref="Name"/> (rare: nobody escapes a name's ASCII letters). Longer names than any field's are not even unescaped.</summary>
    private readonly BodyField EscapedName(bool inContent)
    {
        Span<byte> buffer = stackalloc byte[BodyFields.NameBytesMax * 6];
        int length = 0;
        bool ok = _reader.ValueSpan.Length <= buffer.Length && JsonText.TryUnescape(_reader.ValueSpan, buffer, out length);
        scoped ReadOnlySpan<byte> name = ok ? buffer[..length] : default;
        return inContent ? BodyFields.InContent(name) : BodyFields.InBody(name);
    }

    private bool IsFirst(BodyField field)
    {
        uint bit = 1u << (int)field;
        bool first = (_seen & bit) == 0;
        _seen |= bit;
        return first || Fail(BodyProblemCode.DuplicateField, field, "stands twice: keep one");
    }

    private bool Has(BodyField field, string phrase) =>
        (_seen & (1u << (int)field)) != 0 || Fail(BodyProblemCode.MissingField, field, phrase);

    private bool Fail(BodyProblemCode code, BodyField field, string phrase)
    {
        Problem = new BodyProblem(code, field, phrase);
        return false;
    }

    /// <summary>Fails and points at the token stood on: a property's name without quotes, a value with them.</summary>
    private bool FailAtToken(BodyProblemCode code, BodyField field, string phrase)
    {
        int start = (int)_reader.TokenStartIndex;
        int length = _reader.ValueSpan.Length;
        Problem = _reader.TokenType switch
        {
            JsonTokenType.PropertyName => new BodyProblem(code, field, phrase, start + 1, length),
            JsonTokenType.String => new BodyProblem(code, field, phrase, start, length + 2),
            _ => new BodyProblem(code, field, phrase, start, length),
        };
        return false;
    }
}
