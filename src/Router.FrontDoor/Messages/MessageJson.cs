using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;

namespace Router.FrontDoor.Messages;

/// <summary>A message as the API shows it (DESIGN §6).</summary>
internal static class MessageJson
{
    /// <summary>
    /// Writes <paramref name="message"/> with <paramref name="status"/>. Where its key was destroyed, what was personal is left out and <c>erased</c> is true.
    /// </summary>
    internal static void Write(Utf8JsonWriter json, StoredMessage message, MessageStatus status, Configuration configuration)
    {
        AcceptedMessage accepted = message.Accepted;
        json.WriteStartObject();
        WriteId(json, "id"u8, accepted.Id.Head, accepted.Id.Tail);
        var conversation = new ConversationId(accepted.Contact, accepted.Sender);
        WriteId(json, "conversation"u8, conversation.Contact.High, conversation.Tail);
        json.WriteString("direction"u8, accepted.Direction == MessageDirection.Inbound ? "inbound"u8 : "outbound"u8);
        json.WriteString("purpose"u8, WireNames.Of(accepted.Purpose));
        json.WriteString("priority"u8, WireNames.Of(accepted.Priority));
        json.WriteString("status"u8, WireNames.Of(status));
        json.WriteNumber("segments"u8, accepted.Segments);
        if (message.Record is null)
        {
            json.WriteBoolean("erased"u8, true);
        }
        else
        {
            WriteRecord(json, message.Record, accepted.Direction);
        }

        if (accepted.Fallback != default)
        {
            json.WriteStartObject("fallback"u8);
            WriteId(json, "message"u8, accepted.Fallback.Head, accepted.Fallback.Tail);
            json.WriteEndObject();
        }

        WriteEvents(json, message.Events, configuration);
        json.WriteEndObject();
    }

    /// <summary>The last status kept.</summary>
    internal static MessageStatus LastStatus(StoredMessage message) => message.Events.Count > 0 ? message.Events[^1].Status : MessageStatus.Accepted;

    /// <summary>Whether nothing more is decided about it here: it is with no shard any more.</summary>
    internal static bool HasLeft(MessageStatus status) => status is not (MessageStatus.Accepted or MessageStatus.Queued or MessageStatus.Scheduled or MessageStatus.Sending);

    /// <summary>The contact's address as <c>channel:value</c>.</summary>
    internal static void WriteContact(Utf8JsonWriter json, ReadOnlySpan<byte> name, MessageRecord record)
    {
        Span<byte> address = stackalloc byte[Core.Addresses.Address.BytesMax];
        int length = System.Text.Encoding.ASCII.GetBytes(WireNames.Of(record.Channel), address);
        address[length++] = (byte)':';
        record.To.CopyTo(address[length..]);
        json.WriteString(name, address[..(length + record.To.Length)]);
    }

    /// <summary>The content as given, with spaces and all: of a template its parameters, not the text that it rendered to.</summary>
    internal static void WriteContent(Utf8JsonWriter json, MessageRecord record)
    {
        if (!record.Content.IsEmpty)
        {
            json.WritePropertyName("content"u8);
            json.WriteRawValue(record.Content, skipInputValidation: true);
            return;
        }

        json.WriteStartObject("content"u8);
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, record.Text);
        json.WriteEndObject();
    }

    // The record has the contact in `to` and the own number in `from`, whichever way the message went.
    private static void WriteRecord(Utf8JsonWriter json, byte[] bytes, MessageDirection direction)
    {
        var record = MessageRecord.Read(bytes);
        bool inbound = direction == MessageDirection.Inbound;
        WriteContact(json, inbound ? "from"u8 : "to"u8, record);
        ReadOnlySpan<byte> own = inbound ? "to"u8 : "from"u8;
        if (record.From.IsEmpty)
        {
            json.WriteNull(own);
        }
        else
        {
            json.WriteString(own, record.From);
        }

        WriteContent(json, record);
        if (!record.Reference.IsEmpty)
        {
            json.WriteString("reference"u8, record.Reference);
        }

        if (!record.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(record.Metadata, skipInputValidation: true);
        }
    }

    private static void WriteEvents(Utf8JsonWriter json, IReadOnlyList<StoredEvent> events, Configuration configuration)
    {
        json.WriteStartArray("events"u8);
        foreach (StoredEvent step in events)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, Rfc3339(step.AtMs));
            json.WriteString("status"u8, WireNames.Of(step.Status));
            if (step.Provider != 0 && configuration.ProviderName(step.Provider) is { } provider)
            {
                json.WriteString("provider"u8, provider);
            }

            if (step.Reason != Reason.None)
            {
                json.WriteString("reason"u8, WireNames.Of(step.Reason));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A time as the API writes it.</summary>
    internal static string Rfc3339(long unixMs) => string.Create(Json.Utf8Text.TimeLength, unixMs, static (chars, ms) =>
    {
        Span<byte> utf8 = stackalloc byte[Json.Utf8Text.TimeLength];
        new Json.Utf8Text(utf8).Time(ms);
        System.Text.Encoding.ASCII.GetChars(utf8, chars);
    });

    /// <summary>Writes a UUID.</summary>
    internal static void WriteId(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong head, ulong tail)
    {
        Span<byte> text = stackalloc byte[UuidText.Length];
        UuidText.Format(head, tail, text);
        json.WriteString(name, text);
    }
}
