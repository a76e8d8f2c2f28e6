using System.Buffers.Binary;
using System.IO.Hashing;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A hash without key that allocates nothing, for counting what the front door allocates.</summary>
internal sealed class QuickHash : IKeyedHash
{
    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(canonicalAddress, hash, tenant);
        return ContactId.FromHash(hash);
    }

    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line)
    {
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(key, hash, (line << 8) + tenant);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId) => XxHash3.HashToUInt64(carrierId, provider) | 1;

    public UInt128 Cloak(UInt128 value) => ~value;

    public UInt128 Uncloak(UInt128 value) => ~value;
}
