using System.Text.Json;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.FrontDoor.Contacts;
using Router.FrontDoor.Messages;
using Router.Grains.Conversations;

namespace Router.FrontDoor.Conversations;

/// <summary>Conversations as the API shows them.</summary>
internal static class ConversationJson
{
    /// <summary>Writes one as a list shows it.</summary>
    internal static void Write(Utf8JsonWriter json, FoundConversation found, long nowMs)
    {
        json.WriteStartObject();
        WriteFacts(json, found, nowMs);
        json.WriteEndObject();
    }

    /// <summary>Writes one with all that belongs to it.</summary>
    internal static void Write(
        Utf8JsonWriter json, FoundConversation found, ConversationView view, ContactFlags flags, IReadOnlyList<ShownMessage> messages, Configuration configuration, long nowMs)
    {
        json.WriteStartObject();
        WriteFacts(json, found with { Stored = view.Stored }, nowMs);
        json.WriteStartObject("flags"u8);
        ContactJson.WriteFlags(json, flags);
        json.WriteEndObject();
        json.WriteNumber("unread"u8, view.Unread);
        if (view.ReadAtMs != 0)
        {
            json.WriteString("readAt"u8, MessageJson.Rfc3339(view.ReadAtMs));
        }

        if (view.ReadBy is not null)
        {
            json.WriteString("readBy"u8, view.ReadBy);
        }

        json.WriteStartArray("messages"u8);
        foreach (ShownMessage message in messages)
        {
            MessageJson.Write(json, message.Message, message.Status, configuration);
        }

        json.WriteEndArray();
        json.WriteStartArray("notes"u8);
        foreach (ConversationNote note in view.Notes)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, MessageJson.Rfc3339(note.AtMs));
            if (note.By is not null)
            {
                json.WriteString("by"u8, note.By);
            }

            json.WriteString("text"u8, note.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (view.Erased)
        {
            json.WriteBoolean("notesErased"u8, true);
        }

        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, FoundConversation found, long nowMs)
    {
        ConversationFacts facts = found.Stored.Facts;
        MessageJson.WriteId(json, "id"u8, found.Id.Contact.High, found.Id.Tail);
        json.WriteString("state"u8, facts.IsClosed ? "closed"u8 : "open"u8);
        json.WriteString("assignee"u8, facts.Assignee);
        if (found.Record is { } bytes)
        {
            var record = MessageRecord.Read(bytes);
            MessageJson.WriteContact(json, "contact"u8, record);
            if (record.From.IsEmpty)
            {
                json.WriteNull("sender"u8);
            }
            else
            {
                json.WriteString("sender"u8, record.From);
            }
        }
        else if (found.IsErased)
        {
            json.WriteBoolean("erased"u8, true);
        }

        json.WriteString("lastActivityAt"u8, MessageJson.Rfc3339(found.ActiveAtMs));
        json.WriteStartObject("window"u8);
        json.WriteBoolean("open"u8, nowMs < facts.WindowEndMs);
        if (facts.WindowEndMs != 0)
        {
            json.WriteString("until"u8, MessageJson.Rfc3339(facts.WindowEndMs));
        }

        json.WriteEndObject();
    }
}
