using System.Text.Json;
using Router.Core.Addresses;
using Router.Core.Tenants;

namespace Router.Core.Messages;

internal ref partial struct BodyReader
{
    /// <summary>Bytes of <c>from</c> at most: a mailbox's.</summary>
    private const int FromBytesMax = 254;

    private const int ReferenceBytesMax = 256;

    /// <summary>Bytes of <c>metadata</c> at most, as received.</summary>
    private const int MetadataBytesMax = 4 * 1024;

    /// <summary>Objects and arrays inside each other at most, the metadata itself included. Far below the reader's 64, above which it would throw.</summary>
    private const int DepthMax = 16;

    private const int ValiditySecondsMax = 7 * 86_400;

    private const long ScheduleAheadMsMax = 366L * 86_400_000;

    private bool ReadTo()
    {
        if (!ReadString(BodyField.To, int.MaxValue, "", out ReadOnlySpan<byte> given))
        {
            return false;
        }

        AddressReason reason = Address.Parse(given, _scratch[_scratchUsed..], out Address address);
        if (reason != AddressReason.None)
        {
            return Fail(BodyProblemCode.InvalidAddress, BodyField.To, AddressReasons.Detail(reason));
        }

        _scratchUsed += address.Value.Length;
        Message.Channel = address.Channel;
        Message.To = address.Value;
        return true;
    }

    private bool ReadFrom()
    {
        bool ok = ReadString(BodyField.From, FromBytesMax, "is too long: at most 254 bytes of UTF-8", out ReadOnlySpan<byte> from);
        Message.From = from;
        return ok;
    }

    private bool ReadReference()
    {
        bool ok = ReadString(BodyField.Reference, ReferenceBytesMax, "is too long: at most 256 bytes of UTF-8", out ReadOnlySpan<byte> reference);
        Message.Reference = reference;
        return ok;
    }

    private bool ReadRegion()
    {
        if (!ReadString(BodyField.Region, int.MaxValue, "", out ReadOnlySpan<byte> name))
        {
            return false;
        }

        Message.Region = RegionTag.Of(name);
        return SettingsNames.IsName(name)
            || FailAtToken(BodyProblemCode.InvalidValue, BodyField.Region, "is not the name of a region: 1 to 63 of a-z, 0-9 and -, not beginning with -");
    }

    private bool ReadPurpose()
    {
        if (!ReadString(BodyField.Purpose, int.MaxValue, "", out ReadOnlySpan<byte> word))
        {
            return false;
        }

        bool ok = WireNames.TryParse(word, out Purpose purpose);
        Message.Purpose = purpose;
        return ok || FailAtToken(BodyProblemCode.InvalidValue, BodyField.Purpose, "is not a purpose: use one of otp, transactional, service, marketing");
    }

    private bool ReadPriority()
    {
        if (!ReadString(BodyField.Priority, int.MaxValue, "", out ReadOnlySpan<byte> word))
        {
            return false;
        }

        bool ok = WireNames.TryParse(word, out Priority priority);
        Message.Priority = priority;
        return ok || FailAtToken(BodyProblemCode.InvalidValue, BodyField.Priority, "is not a priority: use one of high, normal, low");
    }

    private bool ReadValiditySeconds()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.Number)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.ValiditySeconds, "must be a number: whole seconds from 1 to 604800 (7 days)");
        }

        bool ok = _reader.TryGetInt32(out int seconds) && seconds is >= 1 and <= ValiditySecondsMax;
        Message.ValiditySeconds = seconds;
        return ok || FailAtToken(BodyProblemCode.InvalidValue, BodyField.ValiditySeconds, "is out of range: whole seconds from 1 to 604800 (7 days)");
    }

    private bool ReadScheduleAt()
    {
        if (!ReadString(BodyField.ScheduleAt, int.MaxValue, "", out ReadOnlySpan<byte> text))
        {
            return false;
        }

        if (!Rfc3339.TryParse(text, out long atMs))
        {
            return FailAtToken(BodyProblemCode.InvalidValue, BodyField.ScheduleAt, "is not a time of RFC 3339: write it with an offset or Z, for example 2027-01-31T09:00:00Z");
        }

        if (atMs > _nowMs + ScheduleAheadMsMax)
        {
            return FailAtToken(BodyProblemCode.InvalidValue, BodyField.ScheduleAt, "is too far ahead: at most 366 days from now");
        }

        Message.NotBeforeMs = atMs > _nowMs ? atMs : 0;
        return true;
    }

    private bool ReadMetadata()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.Metadata, "must be an object");
        }

        int start = (int)_reader.TokenStartIndex;
        if (!SkipOpened(BodyField.Metadata))
        {
            return false;
        }

        Message.Metadata = _body[start..(int)_reader.BytesConsumed];
        return Message.Metadata.Length <= MetadataBytesMax
            || Fail(BodyProblemCode.InvalidValue, BodyField.Metadata, "is too large: at most 4,096 bytes as sent, spaces included");
    }

    /// <summary>Reads a string of 1 to <paramref name="bytesMax"/> bytes without NUL; unescapes it into the scratch only where it has escapes.</summary>
    private bool ReadString(BodyField field, int bytesMax, string tooLong, out ReadOnlySpan<byte> value)
    {
        _reader.Read();
        value = default;
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Fail(BodyProblemCode.InvalidValue, field, "must be a string");
        }

        value = _reader.ValueSpan;
        if (_reader.ValueIsEscaped)
        {
            Span<byte> unescaped = _scratch[_scratchUsed..];
            if (!JsonText.TryUnescape(value, unescaped, out int length))
            {
                return Fail(BodyProblemCode.InvalidValue, field, "has an escape that is half of a surrogate pair: send both halves, or the character in UTF-8");
            }

            _scratchUsed += length;
            value = unescaped[..length];

            // Only an escape can be a NUL: JSON allows no raw control characters.
            if (value.Contains((byte)0))
            {
                return Fail(BodyProblemCode.InvalidValue, field, "has a NUL character (\\u0000): remove it");
            }
        }

        return value.Length == 0 ? Fail(BodyProblemCode.InvalidValue, field, "is empty: give at least one character")
            : value.Length <= bytesMax || Fail(BodyProblemCode.InvalidValue, field, tooLong);
    }

    /// <summary>Reads on to the end of the object or array just opened; false when it is too deep or an escape in it is half of a surrogate pair.</summary>
    private bool SkipOpened(BodyField field)
    {
        int outside = _reader.CurrentDepth;
        while (_reader.Read())
        {
            switch (_reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when _reader.CurrentDepth - outside >= DepthMax:
                    return Fail(BodyProblemCode.InvalidValue, field, "is too deep: at most 16 objects and arrays inside each other");
                case JsonTokenType.EndObject or JsonTokenType.EndArray when _reader.CurrentDepth == outside:
                    return true;
                case JsonTokenType.PropertyName or JsonTokenType.String when _reader.ValueIsEscaped && !JsonText.IsWhole(_reader.ValueSpan):
                    return Fail(BodyProblemCode.InvalidValue, field, "has an escape that is half of a surrogate pair: send both halves, or the character in UTF-8");
            }
        }

        return false;
    }
}
