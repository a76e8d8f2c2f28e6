using Router.Core.Conversations;
using Router.Core.Events;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;

namespace Router.FrontDoor.Events;

/// <summary>
/// An event's body (DESIGN §6): <c>{id, type, at, tenant, message?, conversation?, status?, provider?, reason?, reference?, inbound?, webhook?}</c>, the same bytes whenever and wherever it is told.
/// </summary>
/// <remarks>Hot path, 0 B.</remarks>
internal static class EventText
{
    // The frame with every field: 380 of names and quotes, four ids or times, names of tenant and provider or webhook (63 each), the longest words.
    private const int FrameBytesMax = 400 + (4 * UuidText.Length) + (2 * SettingsNames.LengthMax) + 64;

    /// <summary>Room that an event with a reference of so many bytes needs at most.</summary>
    internal static int BytesMax(int referenceBytes, int inboundBytes = 0) => FrameBytesMax + ((referenceBytes + inboundBytes) * Utf8Text.EscapeFactor);

    /// <summary>The event's type.</summary>
    internal static EventType TypeOf(in JournalEntry entry) => entry.Kind switch
    {
        EntryKind.Flags => EventType.ConsentChanged,
        EntryKind.Notice => entry.Notice switch
        {
            NoticeKind.ProviderUp => EventType.ProviderUp,
            NoticeKind.ProviderDown => EventType.ProviderDown,
            NoticeKind.BalanceLow => EventType.BalanceLow,
            _ => EventType.WebhookDisabled,
        },
        EntryKind.Conversation => entry.Told switch
        {
            ConversationEvent.Assigned => EventType.ConversationAssigned,
            ConversationEvent.Closed => EventType.ConversationClosed,
            _ => EventType.ConversationReopened,
        },
        _ when entry.Direction == MessageDirection.Inbound => EventType.MessageReceived,
        _ => EventTypes.Of(entry.Status),
    };

    /// <summary>The event's id, a UUIDv7 (RFC 9562 §5.7): its time, then 74 of the 128 bits that its position is under the installation's key.</summary>
    /// <param name="idBits">Of <see cref="Cursor.OfEvents"/>.</param>
    /// <param name="atMs">The event's time.</param>
    internal static (ulong Head, ulong Tail) IdOf(UInt128 idBits, long atMs) =>
        (((ulong)atMs << 16) | 0x7000 | ((ulong)(idBits >> 64) & 0x0FFF), 0x8000_0000_0000_0000 | ((ulong)idBits >> 2));

    /// <summary>Writes the body.</summary>
    /// <param name="text">Has <see cref="BytesMax"/> left.</param>
    /// <param name="one">The event.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="configuration">Names the provider.</param>
    /// <param name="idBits">Of <see cref="Cursor.OfEvents"/>: makes the id.</param>
    /// <param name="reference">The message's reference; empty: none.</param>
    /// <param name="erased">Whether there would be more to tell, but its key was destroyed.</param>
    /// <param name="webhook">The name of the webhook that a notice is about; null: none, or it was removed.</param>
    /// <param name="inbound">The record of an inbound message; empty: none.</param>
    internal static void Write(
        ref Utf8Text text, in LogEvent one, Tenant tenant, Configuration configuration, UInt128 idBits, scoped ReadOnlySpan<byte> reference, bool erased, string? webhook,
        scoped ReadOnlySpan<byte> inbound)
    {
        ref readonly JournalEntry entry = ref one.Entry;
        text.Raw("{\"id\":\""u8);
        (ulong head, ulong tail) = IdOf(idBits, entry.AtMs);
        text.Uuid(head, tail);
        text.Raw("\",\"type\":\""u8);
        text.Ascii(EventTypes.Of(TypeOf(entry)));
        text.Raw("\",\"at\":\""u8);
        text.Time(entry.AtMs);
        text.Raw("\",\"tenant\":\""u8);
        text.Ascii(tenant.Name);
        text.Raw("\""u8);
        if (entry.Kind == EntryKind.Status)
        {
            WriteStatus(ref text, entry, configuration);
        }
        else if (entry.Kind == EntryKind.Conversation)
        {
            WriteConversation(ref text, entry);
        }
        else if (entry is { Kind: EntryKind.Notice, Notice: NoticeKind.ProviderUp or NoticeKind.ProviderDown })
        {
            WriteProvider(ref text, entry, configuration);
        }

        if (webhook is not null)
        {
            text.Raw(",\"webhook\":\""u8);
            text.Ascii(webhook);
            text.Raw("\""u8);
        }

        if (!reference.IsEmpty)
        {
            text.Raw(",\"reference\":\""u8);
            text.Escaped(reference);
            text.Raw("\""u8);
        }

        if (!inbound.IsEmpty)
        {
            WriteInbound(ref text, MessageRecord.Read(inbound));
        }

        if (erased)
        {
            text.Raw(",\"erased\":true"u8);
        }

        text.Raw("}"u8);
    }

    private static void WriteStatus(ref Utf8Text text, in JournalEntry entry, Configuration configuration)
    {
        text.Raw(",\"message\":\""u8);
        text.Uuid(entry.Message.Head, entry.Message.Tail);
        text.Raw("\""u8);
        WriteConversation(ref text, entry);
        text.Raw(",\"status\":\""u8);
        text.Ascii(WireNames.Of(entry.Status));
        text.Raw("\""u8);
        WriteProvider(ref text, entry, configuration);
        if (entry.Reason != Reason.None)
        {
            text.Raw(",\"reason\":\""u8);
            text.Ascii(WireNames.Of(entry.Reason));
            text.Raw("\""u8);
        }
    }

    // The record has the contact in `to` and the own number in `from`.
    private static void WriteInbound(ref Utf8Text text, scoped MessageRecord record)
    {
        text.Raw(",\"inbound\":{\"from\":\""u8);
        text.Ascii(WireNames.Of(record.Channel));
        text.Raw(":"u8);
        text.Escaped(record.To);
        text.Raw("\",\"to\":\""u8);
        text.Escaped(record.From);
        text.Raw("\",\"content\":{\"type\":\"text\",\"text\":\""u8);
        text.Escaped(record.Text);
        text.Raw("\"}}"u8);
    }

    private static void WriteConversation(ref Utf8Text text, in JournalEntry entry)
    {
        text.Raw(",\"conversation\":\""u8);
        var conversation = new ConversationId(entry.Contact, entry.Sender);
        text.Uuid(conversation.Contact.High, conversation.Tail);
        text.Raw("\""u8);
    }

    private static void WriteProvider(ref Utf8Text text, in JournalEntry entry, Configuration configuration)
    {
        if (entry.Provider != 0 && configuration.ProviderName(entry.Provider) is { } provider)
        {
            text.Raw(",\"provider\":\""u8);
            text.Ascii(provider);
            text.Raw("\""u8);
        }
    }
}
