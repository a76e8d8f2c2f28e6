using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Router.Core.Tenants;

namespace Router.FrontDoor.Access;

/// <summary>The text of API keys: <c>rk_</c> and 43 base64url characters that hold 256 random bits (R6.2); and its hash, which alone is kept.</summary>
internal static class KeyText
{
    /// <summary>Characters of a key.</summary>
    internal const int Length = 3 + 43;

    private const string Prefix = "rk_";

    internal static string New()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return Prefix + Base64Url.EncodeToString(random);
    }

    /// <summary>Whether <paramref name="key"/> has the form of a key that <see cref="New"/> makes.</summary>
    internal static bool IsKey(ReadOnlySpan<char> key) =>
        key.Length == Length && key.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(key[Prefix.Length..]);

    /// <summary>The first 16 bytes of the key's SHA-256. Characters beyond ASCII hash as <c>?</c>; no key has one.</summary>
    internal static UInt128 Hash(ReadOnlySpan<char> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashWhole(key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>A key to be kept: its whole hash and last characters, to which who asks adds the rest.</summary>
    internal static ApiKey Asked(string key, Role role)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashWhole(key, hash);
        return new ApiKey("", BinaryPrimitives.ReadUInt128BigEndian(hash), role, 0) { HashRest = BinaryPrimitives.ReadUInt128BigEndian(hash[16..]), LastFour = key[^4..] };
    }

    /// <summary>Whether <paramref name="hash"/>, a whole SHA-256, is the one of <paramref name="key"/>. In constant time over all bits that were kept.</summary>
    internal static bool IsHashOf(ApiKey key, ReadOnlySpan<byte> hash)
    {
        Span<byte> kept = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(kept, key.Hash);
        BinaryPrimitives.WriteUInt128BigEndian(kept[16..], key.HashRest ?? BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        return CryptographicOperations.FixedTimeEquals(kept, hash);
    }

    /// <summary>The whole SHA-256 of a key of at most 200 characters.</summary>
    internal static void HashWhole(ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> ascii = stackalloc byte[200];
        int length = System.Text.Encoding.ASCII.GetBytes(key, ascii);
        SHA256.HashData(ascii[..length], hash);
    }
}
