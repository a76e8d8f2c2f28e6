using System.IO.Hashing;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Providers.Tests;

/// <summary>Receipt keys without a secret; the rest is not asked of providers.</summary>
public sealed class TestHash : IKeyedHash
{
    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress) => throw new NotSupportedException();

    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line) => throw new NotSupportedException();

    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId) => XxHash3.HashToUInt64(carrierId, provider) | 1;

    public UInt128 Cloak(UInt128 value) => throw new NotSupportedException();

    public UInt128 Uncloak(UInt128 value) => throw new NotSupportedException();
}
