using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Router.FrontDoor.Access.Tokens;

/// <summary>The keys by which an issuer signs, as it published them (OpenID Connect Discovery 1.0 §4, RFC 7517). Immutable.</summary>
/// <param name="Issuer">The issuer's name for itself.</param>
/// <param name="Keys">RSA keys of 2,048 bits and more, and those on elliptic curves; no other proves anything.</param>
internal sealed record IssuerKeys(string Issuer, IReadOnlyList<SecurityKey> Keys)
{
    // More than any issuer has: its list is searched for each token.
    private const int KeysMax = 64;

    private const int RsaBitsMin = 2_048;

    internal bool Has(string keyId) => Keys.Any(k => k.KeyId == keyId);

    /// <summary>The issuer's name and where its keys are.</summary>
    /// <exception cref="InvalidDataException">The document is not of <paramref name="authority"/>, or names a place that cannot be believed.</exception>
    internal static (string Issuer, string KeysUrl) ReadDiscovery(string authority, ReadOnlyMemory<byte> document)
    {
        using JsonDocument read = JsonDocument.Parse(document);
        string issuer = TextOf(read.RootElement, "issuer");
        string keysUrl = TextOf(read.RootElement, "jwks_uri");
        if (issuer.TrimEnd('/') != authority.TrimEnd('/'))
        {
            throw new InvalidDataException("the issuer's document names another issuer than Oidc:Authority: set that to the issuer's name");
        }

        return OidcOptions.IsAllowed(keysUrl) ? (issuer, keysUrl) : throw new InvalidDataException("the issuer's jwks_uri is neither https nor on loopback");
    }

    /// <summary>Takes the keys that can prove a signature.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    internal static IssuerKeys Read(string issuer, string document)
    {
        SecurityKey[] keys = [.. new JsonWebKeySet(document).GetSigningKeys().Where(IsStrong).Take(KeysMax)];
        return keys.Length > 0 ? new IssuerKeys(issuer, keys) : throw new InvalidDataException("the issuer publishes no key that can be used");
    }

    private static bool IsStrong(SecurityKey key) => key switch
    {
        RsaSecurityKey or X509SecurityKey => key.KeySize >= RsaBitsMin,
        ECDsaSecurityKey => true,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA } => key.KeySize >= RsaBitsMin,
        JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve } => true,
        _ => false,
    };

    private static string TextOf(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidDataException($"the issuer's document has no {name}");
}
