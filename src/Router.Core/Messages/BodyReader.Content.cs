using System.Text.Json;

namespace Router.Core.Messages;

/// <content>The content: a text, a template or media.</content>
internal ref partial struct BodyReader
{
    /// <summary>Bytes of a template's language at most (RFC 5646 §4.4.1).</summary>
    private const int LanguageBytesMax = 35;

    private const int CaptionBytesMax = 4_096;

    private bool ReadContent()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.Content, "must be an object: {\"type\":\"text\",\"text\":…}, or one of type template or media");
        }

        int start = (int)_reader.TokenStartIndex;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            BodyField field = Name(inContent: true);
            if (field == BodyField.ContentUnknown)
            {
                return FailAtToken(
                    BodyProblemCode.UnknownField, field, "is not a field of content: remove it; of a text type and text, of a template type, name, language and parameters, of media type, url, mediaType and caption");
            }

            NoteKinds(field);
            if (!IsFirst(field) || !IsOfKind() || !ReadContentField(field) || !IsOfKind())
            {
                return false;
            }
        }

        if (!Has(BodyField.ContentType, "is missing: give \"text\", \"template\" or \"media\""))
        {
            return false;
        }

        if (Message.ContentType != ContentType.Text)
        {
            Message.Content = _body[start..(int)_reader.BytesConsumed];
        }

        if (Message.ContentType == ContentType.Media)
        {
            Message.Text = _caption;
        }

        return Message.ContentType switch
        {
            ContentType.Text => Has(BodyField.ContentText, "is missing: give at least one character"),
            ContentType.Template => Has(BodyField.ContentName, "is missing: give the template's name")
                && Has(BodyField.ContentLanguage, "is missing: give the tag of a language, for example \"it\" or \"pt-BR\""),
            _ => Has(BodyField.ContentUrl, "is missing: give the address of the media, https://…")
                && Has(BodyField.ContentMediaType, "is missing: give the media's type, for example \"image/jpeg\""),
        };
    }

    private bool ReadContentField(BodyField field) => field switch
    {
        BodyField.ContentType => ReadContentType(),
        BodyField.ContentText => ReadContentText(),
        BodyField.ContentName => ReadTemplateName(),
        BodyField.ContentLanguage => ReadTemplateLanguage(),
        BodyField.ContentParameters => ReadTemplateParameters(),
        BodyField.ContentUrl => ReadUrl(),
        BodyField.ContentMediaType => ReadMediaType(),
        BodyField.ContentCaption => ReadCaption(),
        _ => throw new InvalidOperationException($"not a field of content: {field}"),
    };

    private void NoteKinds(BodyField field)
    {
        if (field == BodyField.ContentType)
        {
            return;
        }

        (int Start, int Length) here = ((int)_reader.TokenStartIndex + 1, _reader.ValueSpan.Length);
        if (field != BodyField.ContentText)
        {
            _noneOfText = First(_noneOfText, here);
        }

        if (field is not (BodyField.ContentName or BodyField.ContentLanguage or BodyField.ContentParameters))
        {
            _noneOfTemplate = First(_noneOfTemplate, here);
        }

        if (field is not (BodyField.ContentUrl or BodyField.ContentMediaType or BodyField.ContentCaption))
        {
            _noneOfMedia = First(_noneOfMedia, here);
        }
    }

    private static (int Start, int Length) First((int Start, int Length) known, (int Start, int Length) here) => known.Start == 0 ? here : known;

    // As soon as the kind is known: then the first problem in the order of the bytes is told.
    private bool IsOfKind() => Message.ContentType switch
    {
        default(ContentType) => true,
        ContentType.Text => IsOf(_noneOfText, "is not a field of text content: remove it; fields are type and text"),
        ContentType.Template => IsOf(_noneOfTemplate, "is not a field of a template: remove it; fields are type, name, language and parameters"),
        _ => IsOf(_noneOfMedia, "is not a field of media content: remove it; fields are type, url, mediaType and caption"),
    };

    private bool IsOf((int Start, int Length) none, string phrase)
    {
        if (none.Start == 0)
        {
            return true;
        }

        Problem = new BodyProblem(BodyProblemCode.UnknownField, BodyField.ContentOther, phrase, none.Start, none.Length);
        return false;
    }

    private bool ReadContentType()
    {
        if (!ReadString(BodyField.ContentType, int.MaxValue, "", out ReadOnlySpan<byte> type))
        {
            return false;
        }

        Message.ContentType = type.SequenceEqual("text"u8) ? ContentType.Text
            : type.SequenceEqual("template"u8) ? ContentType.Template
            : type.SequenceEqual("media"u8) ? ContentType.Media
            : default;
        return Message.ContentType != default
            || FailAtToken(BodyProblemCode.InvalidValue, BodyField.ContentType, "is not a kind of content: use \"text\", \"template\" or \"media\"");
    }

    private bool ReadContentText()
    {
        bool ok = ReadString(BodyField.ContentText, int.MaxValue, "", out ReadOnlySpan<byte> text);
        Message.Text = text;
        return ok;
    }

    private bool ReadTemplateName()
    {
        bool ok = ReadString(BodyField.ContentName, Tenants.SettingsNames.LengthMax, "is too long: " + Tenants.SettingsNames.Rule, out ReadOnlySpan<byte> name);
        Message.TemplateName = name;
        return ok;
    }

    private bool ReadTemplateLanguage()
    {
        bool ok = ReadString(BodyField.ContentLanguage, LanguageBytesMax, "is too long: the tag of a language has at most 35 bytes", out ReadOnlySpan<byte> language);
        Message.TemplateLanguage = language;
        return ok;
    }

    private bool ReadTemplateParameters()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.ContentParameters, "must be an object");
        }

        int start = (int)_reader.TokenStartIndex;
        if (!SkipOpened(BodyField.ContentParameters))
        {
            return false;
        }

        Message.TemplateParameters = _body[start..(int)_reader.BytesConsumed];
        return true;
    }

    private bool ReadUrl()
    {
        const string TooLong = "is too long: at most 2,048 bytes";
        return ReadString(BodyField.ContentUrl, MediaFields.UrlBytesMax, TooLong, out ReadOnlySpan<byte> url)
            && (MediaFields.IsUrl(url)
                || Fail(BodyProblemCode.InvalidValue, BodyField.ContentUrl, "is not an address of media: https:// or http://, a host, no user name, other than ASCII percent-encoded (RFC 3986)"));
    }

    private bool ReadMediaType()
    {
        const string TooLong = "is too long: at most 255 bytes";
        return ReadString(BodyField.ContentMediaType, MediaFields.TypeBytesMax, TooLong, out ReadOnlySpan<byte> type)
            && (MediaFields.IsType(type)
                || FailAtToken(BodyProblemCode.InvalidValue, BodyField.ContentMediaType, "is not a media type: give type and subtype without parameters (RFC 6838), for example image/jpeg"));
    }

    // The caption is what goes out as text beside the media.
    private bool ReadCaption()
    {
        bool ok = ReadString(BodyField.ContentCaption, CaptionBytesMax, "is too long: at most 4,096 bytes of UTF-8", out ReadOnlySpan<byte> caption);
        _caption = caption;
        return ok;
    }
}
