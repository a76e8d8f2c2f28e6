using System.Text.Json;

namespace Router.Core.Messages;

/// <content>The fallback: a smaller message inside the message, read by a reader of its own over the same bytes.</content>
internal ref partial struct BodyReader
{
    private bool ReadFallback()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.Fallback, "must be an object: {\"to\":\"sms:+39…\"}, with from, content and afterSeconds where they differ");
        }

        _fallbackAt = (int)_reader.TokenStartIndex;
        if (!SkipOpened(BodyField.Fallback))
        {
            return false;
        }

        var inner = new BodyReader(_body[_fallbackAt..(int)_reader.BytesConsumed], _scratch[_scratchUsed..], _nowMs, isFallback: true);
        if (!inner.ReadAsFallback())
        {
            Problem = inner.Problem.InFallback(_fallbackAt);
            return false;
        }

        _scratchUsed += inner._scratchUsed;
        Message.HasFallback = true;
        Message.FallbackAfterSeconds = inner.Message.FallbackAfterSeconds;
        Fallback = inner.Message;
        return true;
    }

    private bool ReadAsFallback()
    {
        _reader.Read();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            BodyField field = Name(inContent: false);
            if (!IsFirst(field) || !ReadField(field))
            {
                return false;
            }
        }

        return Has(BodyField.To, "is missing: give another address or channel, for example \"sms:+393331234567\"");
    }

    private bool ReadFallbackField(BodyField field) => field switch
    {
        BodyField.To => ReadTo(),
        BodyField.From => ReadFrom(),
        BodyField.Content => ReadContent(),
        BodyField.AfterSeconds => ReadAfterSeconds(),
        _ => FailAtToken(BodyProblemCode.UnknownField, BodyField.Unknown, "is not a field of a fallback: remove it; fields are to, from, content, afterSeconds; all else is the message's"),
    };

    private bool ReadAfterSeconds()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.Number)
        {
            return Fail(BodyProblemCode.InvalidValue, BodyField.AfterSeconds, "must be a number: whole seconds from 1 to 604800 (7 days)");
        }

        bool ok = _reader.TryGetInt32(out int seconds) && seconds is >= 1 and <= ValiditySecondsMax;
        Message.FallbackAfterSeconds = seconds;
        return ok || FailAtToken(BodyProblemCode.InvalidValue, BodyField.AfterSeconds, "is out of range: whole seconds from 1 to 604800 (7 days)");
    }

    // All of the message is known now: what the fallback does not say is the message's.
    private bool CompleteFallback()
    {
        if (!Message.HasFallback)
        {
            return true;
        }

        if (Fallback.Channel == Message.Channel && Fallback.To.SequenceEqual(Message.To))
        {
            return FailInFallback(BodyField.To, "is where the message goes: give another address or channel");
        }

        Fallback.TakeFrom(Message);
        return Fallback.ContentType != ContentType.Text || Fallback.TrySetText(Fallback.Text) || FailInFallback(BodyField.ContentText, TooManySegments);
    }

    private bool FailInFallback(BodyField field, string phrase)
    {
        Problem = new BodyProblem(BodyProblemCode.InvalidValue, field, phrase).InFallback(_fallbackAt);
        return false;
    }
}
