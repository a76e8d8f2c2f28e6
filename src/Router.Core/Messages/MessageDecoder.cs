using System.Text.Json;
using System.Text.Unicode;
using Router.Core.Addresses;

namespace Router.Core.Messages;

/// <summary>
/// Decodes the body of <c>POST /v1/messages</c>, a line of NDJSON or the value of a Kafka record (DESIGN §6) straight from its UTF-8 bytes. Pure: the clock is an argument.
/// </summary>
/// <remarks>
/// Hot path. <c>DecodeBenchmark</c>, 0 B. The first problem in the order of the bytes is told; what is missing is told last.
/// The reader underneath throws for bytes that are not JSON, and only for those; that is caught here and costs such a body some microseconds and garbage.
/// </remarks>
public static class MessageDecoder
{
    /// <summary>Bytes of a body or line at most: 64 KiB.</summary>
    public const int BodyBytesMax = 64 * 1024;

    /// <summary>Seconds of validity when none are given: 48 h.</summary>
    public const int ValiditySecondsDefault = 48 * 3600;

    /// <summary>Scratch that any body may need.</summary>
    public const int ScratchBytesMax = BodyBytesMax + (2 * Address.BytesMax);

    /// <summary>Scratch that a body of so many bytes may need: unescaped strings are never longer than they were, and the canonical <c>to</c>s of message and fallback stand apart.</summary>
    public static int ScratchBytes(int bodyBytes) => Math.Min(bodyBytes, BodyBytesMax) + (2 * Address.BytesMax);

    /// <summary>Decodes <paramref name="body"/>. Never throws for what the body holds.</summary>
    /// <param name="body">The bytes; any length, anything in them.</param>
    /// <param name="scratch">Apart from <paramref name="body"/>; at least <see cref="ScratchBytes"/> of its length.</param>
    /// <param name="nowMs">Now, Unix ms: <c>scheduleAt</c> is measured from it.</param>
    /// <param name="message">The message, pointing into <paramref name="body"/> and <paramref name="scratch"/>.</param>
    /// <param name="problem">Why it is refused.</param>
    /// <exception cref="ArgumentException">The scratch is too short.</exception>
    public static bool TryDecode(ReadOnlySpan<byte> body, Span<byte> scratch, long nowMs, out MessageBody message, out BodyProblem problem) =>
        TryDecode(body, scratch, nowMs, out message, out _, out problem);

    /// <summary>As the other, with the fallback.</summary>
    /// <param name="body">The bytes; any length, anything in them.</param>
    /// <param name="scratch">Apart from <paramref name="body"/>; at least <see cref="ScratchBytes"/> of its length.</param>
    /// <param name="nowMs">Now, Unix ms.</param>
    /// <param name="message">The message.</param>
    /// <param name="fallback">Its fallback, complete: a message as any other; default when it has none.</param>
    /// <param name="problem">Why it is refused.</param>
    public static bool TryDecode(ReadOnlySpan<byte> body, Span<byte> scratch, long nowMs, out MessageBody message, out MessageBody fallback, out BodyProblem problem)
    {
        message = fallback = default;
        if (body.Length > BodyBytesMax)
        {
            problem = BodyProblem.TooLarge;
            return false;
        }

        if (scratch.Length < ScratchBytes(body.Length))
        {
            ThrowScratchTooShort();
        }

        // The reader checks structure, not encoding: this is the pass that makes every span below valid UTF-8.
        if (!Utf8.IsValid(body))
        {
            problem = new BodyProblem(BodyProblemCode.MalformedJson, BodyField.Body, "is not UTF-8: send one JSON object in UTF-8");
            return false;
        }

        var reader = new BodyReader(body, scratch, nowMs);
        try
        {
            if (reader.Read())
            {
                message = reader.Message;
                fallback = reader.Fallback;
                problem = default;
                return true;
            }

            problem = reader.Problem;
        }
        catch (JsonException e)
        {
            problem = NotJson(body, e);
        }

        return false;
    }

    private static BodyProblem NotJson(ReadOnlySpan<byte> body, JsonException e)
    {
        int at = 0;
        for (long line = e.LineNumber ?? 0; line > 0; line--)
        {
            at += body[at..].IndexOf((byte)'\n') + 1;
        }

        at += (int)(e.BytePositionInLine ?? 0);
        string phrase = body.IsEmpty ? "is empty: send one JSON object in UTF-8" : "is not JSON: send one JSON object (RFC 8259), without comments, trailing commas or anything after it";
        return new BodyProblem(BodyProblemCode.MalformedJson, BodyField.Body, phrase, at);
    }

    private static void ThrowScratchTooShort() => throw new ArgumentException("too short: at least MessageDecoder.ScratchBytes of the body's length", "scratch");
}
