using System.IO.Hashing;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Bench.ShardWay;

/// <summary>Stand-in: a fast hash without a key, which has a benchmark of its own; all contacts fall into shard 0.</summary>
internal sealed class OneShardHash : IKeyedHash
{
    private const ulong ShardBits = 63 << 6;

    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        UInt128 hash = XxHash128.HashToUInt128(canonicalAddress);
        return new ContactId(((ulong)hash & ~(ShardBits | 0xF000)) | 0x7000, (uint)(ulong)(hash >> 64) | 0x8000_0000);
    }

    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line) => throw new NotSupportedException();

    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId) => throw new NotSupportedException();

    public UInt128 Cloak(UInt128 value) => throw new NotSupportedException();

    public UInt128 Uncloak(UInt128 value) => throw new NotSupportedException();
}
