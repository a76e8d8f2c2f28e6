using System.Security.Cryptography;

namespace Router.Core.Webhooks;

/// <summary>
/// A secret of the Standard Webhooks: <c>whsec_</c> and the base64 of 32 random bytes (the specification asks for 24 to 64); and what is signed with it.
/// </summary>
public static class WebhookSecret
{
    /// <summary>Bytes of a secret that Router makes.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a signature's text: <c>v1,</c> and the base64 of an HMAC-SHA256.</summary>
    public const int SignatureLength = 3 + 44;

    private const string Prefix = "whsec_";

    /// <summary>A fresh one.</summary>
    public static byte[] New() => RandomNumberGenerator.GetBytes(Size);

    /// <summary>As receivers configure it.</summary>
    public static string ToText(ReadOnlySpan<byte> secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>The signature of <c>id.timestamp.body</c>, as it stands in <c>webhook-signature</c>.</summary>
    /// <param name="secret">The secret's bytes.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>, Unix seconds.</param>
    /// <param name="body">The body as sent.</param>
    public static string Sign(ReadOnlySpan<byte> secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(System.Text.Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.GetHashAndReset(hash);
        return "v1," + Convert.ToBase64String(hash);
    }
}
