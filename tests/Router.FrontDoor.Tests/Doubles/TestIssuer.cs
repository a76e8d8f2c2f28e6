using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A small OpenID Connect issuer on a real Kestrel: discovery, keys, and tokens put together by hand, so that wrong ones can be made, too.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "router";

    // Making one takes a tenth of a second and more.
    private static readonly ConcurrentDictionary<(string, int), RSA> RsaKeys = new();

    private readonly WebApplication app;
    private readonly Dictionary<string, AsymmetricAlgorithm> signers = [];

    private TestIssuer(WebApplication app) => this.app = app;

    /// <summary>Its name.</summary>
    public string Authority => app.Urls.Single();

    /// <summary>The options that trust it.</summary>
    public OidcOptions Options => new() { Authority = Authority, Audience = Audience };

    /// <summary>Published keys by id.</summary>
    public Dictionary<string, JsonObject> Published { get; } = [];

    /// <summary>What the discovery document says as issuer, where it is not the authority.</summary>
    public string? SaysIssuer { get; set; }

    /// <summary>Answers 500.</summary>
    public bool Down { get; set; }

    /// <summary>Requests of the keys.</summary>
    public int Fetches { get; private set; }

    public static async Task<TestIssuer> OpenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var issuer = new TestIssuer(app);
        app.MapGet("/.well-known/openid-configuration", () => issuer.Down
            ? Results.StatusCode(500)
            : Results.Text(new JsonObject { ["issuer"] = issuer.SaysIssuer ?? issuer.Authority, ["jwks_uri"] = issuer.Authority + "/keys" }.ToJsonString(), "application/json"));
        app.MapGet("/keys", () =>
        {
            issuer.Fetches++;
            return Results.Text(new JsonObject { ["keys"] = new JsonArray([.. issuer.Published.Values.Select(static k => k.DeepClone())]) }.ToJsonString(), "application/json");
        });
        await app.StartAsync();
        issuer.AddRsa("rsa");
        issuer.AddEc("ec");
        return issuer;
    }

    public RSA AddRsa(string kid, int bits = 2048, bool publish = true)
    {
        RSA key = RsaKeys.GetOrAdd((kid, bits), static k => RSA.Create(k.Item2));
        signers[kid] = key;
        if (publish)
        {
            RSAParameters read = key.ExportParameters(false);
            Published[kid] = new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = kid, ["n"] = Base64Url.EncodeToString(read.Modulus), ["e"] = Base64Url.EncodeToString(read.Exponent) };
        }

        return key;
    }

    public void AddEc(string kid)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        signers[kid] = key;
        ECParameters read = key.ExportParameters(false);
        Published[kid] = new JsonObject
        {
            ["kty"] = "EC", ["use"] = "sig", ["kid"] = kid, ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(read.Q.X), ["y"] = Base64Url.EncodeToString(read.Q.Y),
        };
    }

    /// <summary>The claims of a good token of a role.</summary>
    public JsonObject Claims(string role, string? tenant, DateTimeOffset now)
    {
        var claims = new JsonObject
        {
            ["iss"] = Authority, ["aud"] = Audience, ["sub"] = "ann", ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(), ["router_role"] = role,
        };
        if (tenant is not null)
        {
            claims["router_tenant"] = tenant;
        }

        return claims;
    }

    /// <summary>A token signed by a key, as the header says or not.</summary>
    public string Sign(JsonObject claims, string signer = "rsa", JsonObject? header = null)
    {
        header ??= new JsonObject { ["alg"] = signers[signer] is RSA ? "RS256" : "ES256", ["typ"] = "JWT", ["kid"] = signer };
        string signed = Part(header) + "." + Part(claims);
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        byte[] signature = signers[signer] switch
        {
            RSA rsa => rsa.SignData(bytes, HashAlgorithmName.SHA256, header["alg"]?.GetValue<string>() == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            ECDsa ec => ec.SignData(bytes, HashAlgorithmName.SHA256),
            _ => throw new InvalidOperationException("no signer"),
        };
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    /// <summary>A token signed by HMAC with any bytes as its secret.</summary>
    public static string SignByHmac(JsonObject claims, JsonObject header, byte[] secret)
    {
        string signed = Part(header) + "." + Part(claims);
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>A token with no signature, or any.</summary>
    public static string Unsigned(JsonObject claims, JsonObject header, string signature = "") => Part(header) + "." + Part(claims) + "." + signature;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
