using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

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

    /// <summary>The whole SHA-256 of a key of at most 200 characters.</summary>
    internal static void HashWhole(ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> ascii = stackalloc byte[200];
        int length = System.Text.Encoding.ASCII.GetBytes(key, ascii);
        SHA256.HashData(ascii[..length], hash);
    }
}
