using System.Globalization;
using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Grains.Conversations;

/// <summary>The key of a conversation's grain: 8 hex digits of the tenant's number and 32 of the conversation's id, which is keyed hash. It holds no address (DESIGN §4.8).</summary>
internal static class ConversationKey
{
    /// <summary>Makes it.</summary>
    public static string Format(int tenant, in ConversationId id) => string.Create(CultureInfo.InvariantCulture, $"{tenant:x8}{id.Contact.High:x16}{id.Tail:x16}");

    /// <summary>What the keys of all conversations of a tenant begin with.</summary>
    public static string BeginningOf(int tenant) => tenant.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">Not such a key.</exception>
    public static (int Tenant, ConversationId Id) Parse(string key)
    {
        ReadOnlySpan<char> digits = key.Length == 40 ? key : throw new FormatException("not the key of a conversation");
        ulong tail = Hex(digits[24..]);
        return ((int)Hex(digits[..8]), new ConversationId(new ContactId(Hex(digits[8..24]), (uint)(tail >> 32)), (uint)tail));
    }

    private static ulong Hex(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
