using System.Buffers.Binary;
using System.Security.Cryptography;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary><see cref="IKeyedHash"/> without keys, for tests: SHA-256 of tenant and value, the same in every run. Every member may be called from any thread.</summary>
public sealed class PlainKeyedHash : IKeyedHash
{
    // Any odd constant: multiplying by it modulo 2^128 is its own kind of permutation, undone by its inverse.
    private static readonly UInt128 Factor = new(0x9E37_79B9_7F4A_7C15, 0xF39C_C060_5CED_C835);
    private static readonly UInt128 Inverse = InverseOf(Factor);

    /// <inheritdoc/>
    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash((byte)'c', tenant, (long)channel, canonicalAddress, hash);
        return ContactId.FromHash(hash);
    }

    /// <inheritdoc/>
    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash((byte)'i', tenant, line, key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <inheritdoc/>
    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash((byte)'r', provider, 0, carrierId, hash);
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <inheritdoc/>
    public UInt128 Cloak(UInt128 value) => unchecked(value * Factor);

    /// <inheritdoc/>
    public UInt128 Uncloak(UInt128 value) => unchecked(value * Inverse);

    private static void Hash(byte kind, int number, long second, ReadOnlySpan<byte> value, Span<byte> hash)
    {
        byte[] bytes = new byte[13 + value.Length];
        bytes[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), number);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(5), second);
        value.CopyTo(bytes.AsSpan(13));
        SHA256.HashData(bytes, hash);
    }

    // Newton: each step doubles the right low bits, from 3 bits to 192.
    private static UInt128 InverseOf(UInt128 odd)
    {
        UInt128 inverse = odd;
        for (int i = 0; i < 6; i++)
        {
            inverse = unchecked(inverse * (2 - (odd * inverse)));
        }

        return inverse;
    }
}
