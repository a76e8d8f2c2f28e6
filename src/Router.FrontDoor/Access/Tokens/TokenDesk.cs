using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Router.Core.Tenants;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Access.Tokens;

/// <summary>
/// Looks at bearer tokens of the issuer (OpenID Connect, RFC 7519): signature by one of its published keys and an asymmetric algorithm, issuer, audience, time, role, tenant. What is
/// not proven opens nothing, and the refusal says what is wrong. For requests whose bearer is no key: cold, 10 to 20 KB and some 50 µs of public-key arithmetic each.
/// </summary>
internal sealed class TokenDesk(FrontDoorOptions options, IssuerWatch watch, IAdministration administration, TimeProvider time)
{
    private const int TokenLengthMax = 16 * 1024;
    private const int SubjectLengthMax = 255;

    // Clocks of issuer and Router may differ so much.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    // None, and no HS…: a public key is no secret to sign with (RFC 8725 §3.1).
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = TokenLengthMax, MapInboundClaims = false };
    private readonly OidcOptions oidc = options.Oidc;

    /// <summary>Whether the request's bearer looks like a token: three parts, of which the first begins like a JSON object in base64url.</summary>
    internal static bool HasToken(HttpContext context) =>
        Doorkeeper.Bearer(context) is { Length: > 0 and <= TokenLengthMax } bearer && bearer.StartsWith("ey", StringComparison.Ordinal) && bearer.Count('.') == 2;

    /// <summary>Looks at the request's token; null: it is good, and <see cref="Doorkeeper"/> finds the caller now.</summary>
    internal async ValueTask<Problem?> AdmitAsync(HttpContext context)
    {
        string token = Doorkeeper.Bearer(context).ToString();
        JsonWebToken parsed;
        try
        {
            parsed = handler.ReadJsonWebToken(token);
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            return Refused("it cannot be read");
        }

        IssuerKeys? keys = watch.Keys;
        if (keys is null || (parsed.Kid is { Length: > 0 } named && !keys.Has(named)))
        {
            keys = await watch.RenewAsync();
        }

        if (keys is null)
        {
            return Refused("the issuer's keys could not be fetched yet, so that no token can be checked; try again");
        }

        if (parsed.Kid is { Length: > 0 } kid && !keys.Has(kid))
        {
            return Refused("it names a key that the issuer does not publish");
        }

        TokenValidationResult result = await handler.ValidateTokenAsync(token, ParametersOf(keys));
        if (!result.IsValid)
        {
            return Refused(WhyNot(result.Exception, parsed));
        }

        Problem? problem = CallerOf((JsonWebToken)result.SecurityToken, out ApiKey? caller);
        if (caller is not null)
        {
            context.Features.Set(new TokenCaller(caller));
        }

        return problem;
    }

    private TokenValidationParameters ParametersOf(IssuerKeys keys) => new()
    {
        ValidIssuer = keys.Issuer,
        ValidAudience = oidc.Audience,
        IssuerSigningKeys = keys.Keys,
        ValidAlgorithms = Algorithms,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = IsNow,
    };

    private bool IsNow(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end + Skew && (notBefore is null || now >= notBefore - Skew);
    }

    private Problem? CallerOf(JsonWebToken token, out ApiKey? caller)
    {
        caller = null;
        if (token.Subject is not { Length: > 0 and <= SubjectLengthMax } subject)
        {
            return Refused("it has no subject");
        }

        Role[] roles = [.. ValuesOf(token, oidc.RoleClaim).Select(Permissions.RoleOf).Where(static r => r != Role.None).Distinct()];
        if (roles is not [var role])
        {
            return Refused($"its claim {oidc.RoleClaim} names {(roles.Length == 0 ? "no role" : "several roles")}: it must name one");
        }

        string[] tenants = [.. ValuesOf(token, oidc.TenantClaim).Distinct(StringComparer.Ordinal)];
        bool isOperators = role is Role.Operator or Role.Support;
        if (isOperators != (tenants.Length == 0) || tenants.Length > 1)
        {
            return Refused(isOperators ? $"its role is the operator's, but it has the claim {oidc.TenantClaim}" : $"its claim {oidc.TenantClaim} must name one tenant");
        }

        int number = isOperators ? 0 : administration.Current.FindTenant(tenants[0])?.Number ?? -1;
        if (number < 0)
        {
            return Refused("its tenant is not known");
        }

        long expiresMs = new DateTimeOffset(DateTime.SpecifyKind(token.ValidTo, DateTimeKind.Utc) + Skew).ToUnixTimeMilliseconds();
        caller = new ApiKey("oidc:" + subject, default, role, number) { ExpiresMs = expiresMs };
        return null;
    }

    private static IEnumerable<string> ValuesOf(JsonWebToken token, string claim) => token.Claims.Where(c => c.Type == claim).Select(static c => c.Value);

    private static Problem Refused(string because) => KnownProblems.Unauthorized with { Detail = $"The token is refused: {because}." };

    private static string WhyNot(Exception fault, JsonWebToken token) => fault switch
    {
        SecurityTokenInvalidLifetimeException => token.ValidTo == default ? "it does not expire" : "it has expired or is not valid yet",
        SecurityTokenInvalidAudienceException => "it is for another audience",
        SecurityTokenInvalidIssuerException => "it is of another issuer",
        _ => "its signature does not prove it",
    };
}
