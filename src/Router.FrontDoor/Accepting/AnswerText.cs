using System.Buffers;
using System.Text.Json;
using Router.Core.Messages;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

/// <summary>The answers to an accepted message and to a refused line (DESIGN §6), as bytes.</summary>
internal static class AnswerText
{
    /// <summary>Bytes of <see cref="WriteSingle"/>: 7 + 36 + 38 + 36 + 2.</summary>
    internal const int SingleLength = 119;

    /// <summary>Bytes of <see cref="WriteLine"/> at most: a line's number has at most 19 digits.</summary>
    internal const int LineBytesMax = 8 + 19 + SingleLength + 1;

    /// <summary><c>{"id":…,"status":"accepted","conversation":…}</c>.</summary>
    internal static void WriteSingle(MessageId id, ConversationId conversation, Span<byte> destination)
    {
        var text = new Utf8Text(destination);
        text.Raw("{\"id\":\""u8);
        WriteRest(ref text, id.Head, id.Tail, conversation.Contact.High, conversation.Tail);
    }

    /// <summary><c>{"line":1,"id":…,"status":"accepted","conversation":…}</c> and a line feed; returns its length.</summary>
    internal static int WriteLine(long line, ulong idHead, ulong idTail, ulong conversationHead, ulong conversationTail, Span<byte> destination)
    {
        var text = new Utf8Text(destination);
        text.Raw("{\"line\":"u8);
        text.Number(line);
        text.Raw(",\"id\":\""u8);
        WriteRest(ref text, idHead, idTail, conversationHead, conversationTail);
        text.Raw("\n"u8);
        return text.Length;
    }

    /// <summary><c>{"line":2,"problem":{…}}</c> and a line feed. Cold.</summary>
    internal static byte[] OfProblem(long line, Problem problem)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, line);
            json.WriteStartObject("problem"u8);
            ProblemResponse.WriteMembers(json, problem);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteRest(ref Utf8Text text, ulong idHead, ulong idTail, ulong conversationHead, ulong conversationTail)
    {
        text.Uuid(idHead, idTail);
        text.Raw("\",\"status\":\"accepted\",\"conversation\":\""u8);
        text.Uuid(conversationHead, conversationTail);
        text.Raw("\"}"u8);
    }
}
