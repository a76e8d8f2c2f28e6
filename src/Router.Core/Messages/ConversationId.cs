using Router.Core.Addresses;

namespace Router.Core.Messages;

/// <summary>
/// A conversation: a contact and one of the tenant's own senders (DESIGN §2). Computed, never looked up: the contact's bits, then 32 bits
/// of the keyed hash of the sender. It has a UUIDv7's version and variant; the first 48 bits are hash, not a time.
/// </summary>
public readonly record struct ConversationId(ContactId Contact, uint Sender)
{
    /// <summary>The last eight of the sixteen bytes.</summary>
    public ulong Tail => ((ulong)Contact.Low << 32) | Sender;

    /// <summary>The shard that owns the conversation's contact.</summary>
    public int Shard => Contact.Shard;

    /// <summary>Writes the 36 characters of the UUID.</summary>
    public void Format(Span<byte> utf8) => UuidText.Format(Contact.High, Tail, utf8);

    /// <summary>Reads the 36-character form; false for anything that is not a conversation's.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ConversationId id)
    {
        Span<byte> utf8 = stackalloc byte[UuidText.Length];
        if (UuidText.TryNarrow(text, utf8) && UuidText.TryParse(utf8, out ulong head, out ulong tail)
            && (head & 0xF000) == 0x7000 && tail >> 62 == 2)
        {
            id = new ConversationId(new ContactId(head, (uint)(tail >> 32)), (uint)tail);
            return true;
        }

        id = default;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => UuidText.ToText(Contact.High, Tail);
}
