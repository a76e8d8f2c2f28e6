using System.Buffers.Binary;
using Router.Core.Messages;

namespace Router.Core.Addresses;

/// <summary>
/// A contact (one address of one tenant) by the keyed hash of <c>channel:value</c> under the tenant's index key. It never shows the address.
/// </summary>
/// <remarks>
/// 90 bits of the hash in the places a UUIDv7 leaves free, so that contact and sender together make a conversation's id
/// (<see cref="ConversationId"/>) and all conversations of a contact share a prefix. <see cref="High"/>: 48 bits hash · version 7 ·
/// 6 bits shard · 6 bits hash. <see cref="Low"/>: variant · 30 bits hash.
/// 90 bits: with 10⁹ contacts of one tenant the chance of one shared id is 4·10⁻¹⁰.
/// </remarks>
public readonly record struct ContactId(ulong High, uint Low) : IComparable<ContactId>
{
    /// <summary>Bytes of the stored form.</summary>
    public const int Size = 12;

    /// <summary>Makes the id from the first 12 bytes of the keyed hash.</summary>
    public static ContactId FromHash(ReadOnlySpan<byte> hash) => new(
        (BinaryPrimitives.ReadUInt64BigEndian(hash) & ~0xF000UL) | 0x7000UL,
        (BinaryPrimitives.ReadUInt32BigEndian(hash[8..]) >> 2) | 0x8000_0000u);

    /// <summary>The shard that owns the contact, 0 to 63; the same bits as <see cref="MessageId.Shard"/>.</summary>
    public int Shard => (int)(High >> 6) & (MessageId.ShardCount - 1);

    /// <summary>Writes 12 bytes that sort like the id.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Low);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static ContactId Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt32BigEndian(source[8..]));

    /// <summary>By bytes, as stored.</summary>
    public int CompareTo(ContactId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <(ContactId left, ContactId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >(ContactId left, ContactId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(ContactId left, ContactId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(ContactId left, ContactId right) => left.CompareTo(right) >= 0;
}
