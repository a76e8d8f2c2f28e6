using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>Reads a whole JSON body, for endpoints that are called seldom.</summary>
internal static class JsonBody
{
    /// <summary>
    /// Reads a body of at most <paramref name="bytesMax"/> bytes that is one JSON object and has <paramref name="read"/> make something of it. What is wrong with it is the
    /// answer already: then null comes back.
    /// </summary>
    internal static async Task<T?> ReadAsync<T>(HttpContext context, int bytesMax, Func<JsonFields, T?> read)
        where T : class
    {
        if (!MediaTypes.IsJson(context.Request))
        {
            await ProblemResponse.WriteAsync(context, MediaTypes.Refusal(context.Request, MediaTypes.Json));
            return null;
        }

        ArrayBufferWriter<byte>? body = await ReadBytesAsync(context, bytesMax);
        if (body is null)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.BodyTooLarge(bytesMax));
            return null;
        }

        (T? made, Problem? problem) = Parse(body.WrittenMemory, read);
        if (problem is null)
        {
            return made;
        }

        await ProblemResponse.WriteAsync(context, problem);
        return null;
    }

    private static (T? Made, Problem? Problem) Parse<T>(ReadOnlyMemory<byte> body, Func<JsonFields, T?> read)
        where T : class
    {
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return (null, KnownProblems.MalformedJson("is empty: send one JSON object"));
        }

        if (!HasWholeText(body.Span))
        {
            return (null, KnownProblems.MalformedJson("has text that is not UTF-8, or an escape that is half a character: send UTF-8"));
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, JsonText.Reading);
        }
        catch (JsonException fault)
        {
            return (null, Malformed(fault));
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (null, KnownProblems.MalformedJson("is JSON, but no object: send one, {…}"));
            }

            if (RepeatedFields.Find(document.RootElement) is { } repeated)
            {
                return (null, repeated);
            }

            var fields = new JsonFields(document.RootElement, "");
            T? made = read(fields);
            fields.RefuseUnknown();
            return (made, fields.Problem);
        }
    }

    /// <summary>What is told of a body that is no JSON: the place, never the parser's message, which quotes the body.</summary>
    internal static Problem Malformed(JsonException fault) => KnownProblems.MalformedJson(string.Create(
        CultureInfo.InvariantCulture,
        $"is not JSON near line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: send one JSON object (RFC 8259), without comments, trailing commas or anything after it"));

    // The parser lets text pass that is not UTF-8, and an escape such as \ud800 alone is no character: both would throw where the text is used, so they are refused here.
    private static bool HasWholeText(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonText.Reading.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return true; // told by the parser, which knows the place
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads a whole body; null: it is longer than <paramref name="bytesMax"/>.</summary>
    internal static async Task<ArrayBufferWriter<byte>?> ReadBytesAsync(HttpContext context, int bytesMax)
    {
        LimitBody(context, bytesMax);
        PipeReader reader = context.Request.BodyReader;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult result = await reader.ReadAsync(context.RequestAborted);
            bool fits = body.WrittenCount + result.Buffer.Length <= bytesMax;
            if (fits)
            {
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    body.Write(segment.Span);
                }
            }

            reader.AdvanceTo(result.Buffer.End);
            if (!fits || result.IsCompleted)
            {
                return fits ? body : null;
            }
        }
    }

    /// <summary>Has Kestrel refuse (413) a body longer than <paramref name="bytesMax"/>; null lifts its limit.</summary>
    internal static void LimitBody(HttpContext context, long? bytesMax)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = bytesMax;
        }
    }
}
