using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Router.Engine.Audit;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Tokens of an OpenID Connect issuer beside keys, against a real issuer.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private TestIssuer issuer = null!;
    private TestDoor door = null!;

    private DateTimeOffset Now => door.Time.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        issuer = await TestIssuer.OpenAsync();
        door = await TestDoor.OpenAsync(o => o with { Oidc = issuer.Options });
    }

    public async ValueTask DisposeAsync()
    {
        await door.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("rsa", "RS256")]
    [InlineData("rsa", "PS256")]
    [InlineData("ec", "ES256")]
    public async Task A_token_signed_by_a_published_key_opens(string signer, string algorithm)
    {
        string token = issuer.Sign(issuer.Claims("owner", "acme", Now), signer, new JsonObject { ["alg"] = algorithm, ["kid"] = signer });

        Assert.Equal(200, (await GetAsync("/v1/messages", token)).Status);
        (await GetAsync("/admin/routes", token)).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_key_still_opens_and_costs_the_issuer_nothing()
    {
        int before = issuer.Fetches;

        Assert.Equal(200, (await door.SendAsync("GET", "/v1/messages")).Status);
        (await GetAsync("/v1/messages", "rk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).IsProblem(401, "unauthorized");
        Assert.InRange(issuer.Fetches, before, 1);
    }

    [Fact]
    public async Task The_tenant_is_the_claims_and_no_other()
    {
        string id = await door.PostAsync();

        Assert.Equal(200, (await GetAsync("/v1/messages/" + id, issuer.Sign(issuer.Claims("agent", "acme", Now)))).Status);
        (await GetAsync("/v1/messages/" + id, issuer.Sign(issuer.Claims("agent", "other", Now)))).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task An_operators_token_opens_admin_and_its_changes_are_audited_by_its_subject()
    {
        string token = issuer.Sign(issuer.Claims("operator", null, Now));

        Answer answer = await SendAsync("PUT", "/admin/routes", token, """{"routes":[]}""");

        Assert.Equal(200, answer.Status);
        AuditEntry line = Assert.Single(door.Audit.Entries);
        Assert.Equal(("oidc:ann", "routes.put"), (line.Actor, line.Action));
        (await GetAsync("/v1/messages", token)).IsProblem(403, "forbidden");
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "expired", "has expired" }, { "not yet", "has expired or is not valid yet" }, { "endless", "does not expire" }, { "audience", "another audience" }, { "no audience", "another audience" },
        { "issuer", "another issuer" }, { "no subject", "no subject" }, { "long subject", "no subject" }, { "no role", "names no role" }, { "unknown role", "names no role" }, { "two roles", "several roles" },
        { "no tenant", "must name one tenant" }, { "two tenants", "must name one tenant" }, { "unknown tenant", "tenant is not known" }, { "operator of a tenant", "role is the operator's" },
        { "none", "signature does not prove it" }, { "None", "signature does not prove it" }, { "HS256 by the public key", "signature does not prove it" }, { "HS256 without a key id", "signature does not prove it" },
        { "changed", "signature does not prove it" }, { "of another key", "signature does not prove it" }, { "unknown key", "a key that the issuer does not publish" },
        { "key in the header", "signature does not prove it" }, { "weak key", "a key that the issuer does not publish" }, { "RS256 by an EC key", "signature does not prove it" }, { "not JSON", "cannot be read" },
        { "no claims", "does not expire" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_not_proven_opens_nothing_and_is_told_why(string what, string why)
    {
        Answer answer = await GetAsync("/v1/messages", Make(what));

        answer.IsProblem(401, "unauthorized");
        Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
        Assert.Contains(why, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_good_until_a_minute_after_its_end()
    {
        string token = issuer.Sign(issuer.Claims("owner", "acme", Now));
        door.Time.Advance(TimeSpan.FromMinutes(11) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await GetAsync("/v1/messages", token)).Status);

        door.Time.Advance(TimeSpan.FromSeconds(1));
        (await GetAsync("/v1/messages", token)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_new_key_of_the_issuer_is_fetched_when_a_token_names_it_and_an_old_one_stops()
    {
        string old = issuer.Sign(issuer.Claims("owner", "acme", Now));
        Assert.Equal(200, (await GetAsync("/v1/messages", old)).Status);
        int fetches = issuer.Fetches;
        issuer.Published.Remove("rsa");
        issuer.AddRsa("next");
        string token = issuer.Sign(issuer.Claims("owner", "acme", Now), "next");

        // Not again so soon: whoever sends nonsense must not make Router call the issuer each time.
        (await GetAsync("/v1/messages", token)).IsProblem(401, "unauthorized");
        Assert.Equal(fetches, issuer.Fetches);
        door.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(200, (await GetAsync("/v1/messages", token)).Status);
        Assert.Equal(fetches + 1, issuer.Fetches);
        (await GetAsync("/v1/messages", old)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Keys_that_cannot_be_renewed_go_on_counting()
    {
        string token = issuer.Sign(issuer.Claims("owner", "acme", Now));
        Assert.Equal(200, (await GetAsync("/v1/messages", token)).Status);
        issuer.Down = true;
        door.Time.Advance(TimeSpan.FromSeconds(10));

        (await GetAsync("/v1/messages", Make("unknown key"))).IsProblem(401, "unauthorized");
        Assert.Equal(200, (await GetAsync("/v1/messages", token)).Status);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "https://evil.example")]
    public async Task Until_the_issuers_keys_are_there_no_token_opens_and_all_else_works(bool down, string? says)
    {
        await using TestIssuer silent = await TestIssuer.OpenAsync();
        silent.Down = down;
        silent.SaysIssuer = says;
        await using TestDoor early = await TestDoor.OpenAsync(o => o with { Oidc = silent.Options });
        early.Keys["token"] = silent.Sign(silent.Claims("owner", "acme", early.Time.GetUtcNow()));

        Answer refused = await early.SendAsync("GET", "/v1/messages", role: "token");

        refused.IsProblem(401, "unauthorized");
        Assert.Contains("keys could not be fetched", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await early.SendAsync("GET", "/v1/messages")).Status);
        Assert.Equal(200, (await early.SendAsync("GET", "/readyz", role: null)).Status);

        silent.Down = false;
        silent.SaysIssuer = null;
        early.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await early.SendAsync("GET", "/v1/messages", role: "token")).Status);
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_and_with_its_tenant()
    {
        foreach (bool expires in new[] { true, false })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + issuer.Sign(issuer.Claims("owner", "acme", Now)));
            using HttpResponseMessage response = await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(200, (int)response.StatusCode);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await stream.ReadAsync(new byte[4096]));
            if (!expires)
            {
                door.Administration.Forget("acme");
            }

            Task<int> end;
            do
            {
                end = stream.ReadAsync(new byte[4096]).AsTask();
                while (!end.IsCompleted)
                {
                    door.Time.Advance(expires ? TimeSpan.FromMinutes(12) : TimeSpan.FromSeconds(15));
                    await Task.WhenAny(end, Task.Delay(10));
                }
            }
            while (await end != 0);
        }
    }

    [Fact]
    public async Task Nothing_of_a_token_is_logged()
    {
        string token = issuer.Sign(issuer.Claims("owner", "acme", Now));
        await GetAsync("/v1/messages", token);
        await GetAsync("/v1/messages", token[..^4]);

        string log = string.Concat(door.Log.Lines);
        Assert.Contains("keys of the OpenID Connect issuer were fetched", log, StringComparison.Ordinal);
        Assert.All(token.Split('.'), part => Assert.DoesNotContain(part[..20], log, StringComparison.Ordinal));
        Assert.DoesNotContain("ann", log, StringComparison.Ordinal);
    }

    private string Make(string what)
    {
        JsonObject claims = issuer.Claims("owner", "acme", Now);
        var header = new JsonObject { ["alg"] = "RS256", ["kid"] = "rsa" };
        JsonObject hmac = new() { ["alg"] = "HS256", ["kid"] = "rsa" };
        switch (what)
        {
            case "expired":
                claims["exp"] = Now.AddMinutes(-1).ToUnixTimeSeconds();
                break;
            case "not yet":
                claims["nbf"] = Now.AddMinutes(2).ToUnixTimeSeconds();
                break;
            case "endless":
                claims.Remove("exp");
                break;
            case "audience":
                claims["aud"] = "another";
                break;
            case "no audience":
                claims.Remove("aud");
                break;
            case "issuer":
                claims["iss"] = "https://another.example";
                break;
            case "no subject":
                claims.Remove("sub");
                break;
            case "long subject":
                claims["sub"] = new string('a', 256);
                break;
            case "no role":
                claims.Remove("router_role");
                break;
            case "unknown role":
                claims["router_role"] = "root";
                break;
            case "two roles":
                claims["router_role"] = new JsonArray("agent", "owner");
                break;
            case "no tenant":
                claims.Remove("router_tenant");
                break;
            case "two tenants":
                claims["router_tenant"] = new JsonArray("acme", "other");
                break;
            case "unknown tenant":
                claims["router_tenant"] = "nobody";
                break;
            case "operator of a tenant":
                claims["router_role"] = "operator";
                break;
            case "no claims":
                claims = [];
                break;
            case "none" or "None":
                return TestIssuer.Unsigned(claims, new JsonObject { ["alg"] = what, ["kid"] = "rsa" });
            case "HS256 by the public key":
                return TestIssuer.SignByHmac(claims, hmac, Encoding.ASCII.GetBytes(issuer.Published["rsa"]["n"]!.GetValue<string>()));
            case "HS256 without a key id":
                hmac.Remove("kid");
                return TestIssuer.SignByHmac(claims, hmac, issuer.AddRsa("pem", publish: false).ExportSubjectPublicKeyInfo());
            case "changed":
                string[] parts = issuer.Sign(claims).Split('.');
                claims["router_tenant"] = "other";
                return TestIssuer.Unsigned(claims, header, parts[2]);
            case "of another key":
                issuer.AddRsa("foreign", publish: false);
                return issuer.Sign(claims, "foreign", header);
            case "unknown key":
                issuer.AddRsa("unknown", publish: false);
                return issuer.Sign(claims, "unknown");
            case "key in the header":
                RSAParameters own = issuer.AddRsa("own", publish: false).ExportParameters(false);
                header.Remove("kid");
                header["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = Convert.ToBase64String(own.Modulus!), ["e"] = Convert.ToBase64String(own.Exponent!) };
                return issuer.Sign(claims, "own", header);
            case "weak key":
                issuer.AddRsa("weak", 1024);
                return issuer.Sign(claims, "weak");
            case "RS256 by an EC key":
                return issuer.Sign(claims, "ec", header);
            case "not JSON":
                return "eyJhbGciOiJSUzI1NiJ9.e30!.AAAA";
        }

        return issuer.Sign(claims, header: header);
    }

    private Task<Answer> GetAsync(string path, string token) => SendAsync("GET", path, token);

    private Task<Answer> SendAsync(string method, string path, string token, string? body = null)
    {
        door.Keys["token"] = token;
        return door.SendAsync(method, path, body, "token");
    }
}
