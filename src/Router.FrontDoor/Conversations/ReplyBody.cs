using System.Text.Json;
using Router.Core.Messages;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Conversations;

/// <summary>Makes the body of a message of a reply's: the conversation says to whom and from which sender, the purpose is service unless it says otherwise. Nothing else is read here.</summary>
internal static class ReplyBody
{
    private static readonly string[] Known = ["content", "fallback", "metadata", "priority", "purpose", "reference", "region", "scheduleAt", "validitySeconds"];

    /// <summary>Makes <paramref name="made"/>, the body that <c>POST /v1/messages</c> would get; else says what is wrong.</summary>
    /// <param name="reply">The request's body.</param>
    /// <param name="record">A message of the conversation: has contact and sender.</param>
    /// <param name="made">The body.</param>
    internal static Problem? TryMake(ReadOnlySpan<byte> reply, byte[] record, out byte[] made)
    {
        made = [];
        if (Look(reply, out int fields, out bool hasPurpose) is { } problem)
        {
            return problem;
        }

        var conversation = MessageRecord.Read(record);
        var body = new MemoryStream(reply.Length + 512);
        using (var json = new Utf8JsonWriter(body, JsonText.Writing))
        {
            json.WriteStartObject();
            Messages.MessageJson.WriteContact(json, "to"u8, conversation);
            if (!conversation.From.IsEmpty)
            {
                json.WriteString("from"u8, conversation.From);
            }

            if (!hasPurpose)
            {
                json.WriteString("purpose"u8, "service"u8);
            }

            json.Flush(); // the object goes on with what the reply says
        }

        if (!IsEmpty(reply[fields..]))
        {
            body.WriteByte((byte)',');
        }

        body.Write(reply[fields..]);
        made = body.ToArray();
        return null;
    }

    // Where its fields begin, and whether what the conversation fixes stands there too.
    private static Problem? Look(ReadOnlySpan<byte> reply, out int fields, out bool hasPurpose)
    {
        fields = 0;
        hasPurpose = false;
        var reader = new Utf8JsonReader(reply, new JsonReaderOptions { MaxDepth = JsonText.Reading.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return KnownProblems.MalformedJson("is JSON, but no object: send one, {…}");
            }

            fields = (int)reader.BytesConsumed;
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                hasPurpose |= reader.ValueTextEquals("purpose"u8);
                string? fixedField = reader.ValueTextEquals("to"u8) ? "to" : reader.ValueTextEquals("from"u8) ? "from" : null;
                if (fixedField is not null)
                {
                    return KnownProblems.UnknownField(fixedField, Known);
                }
            }

            return null;
        }
        catch (JsonException fault)
        {
            return JsonBody.Malformed(fault);
        }
        catch (InvalidOperationException)
        {
            return KnownProblems.MalformedJson("has text that is not UTF-8, or an escape that is half a character: send UTF-8");
        }
    }

    private static bool IsEmpty(ReadOnlySpan<byte> rest) => rest.TrimStart(" \t\r\n"u8)[0] == (byte)'}';
}
