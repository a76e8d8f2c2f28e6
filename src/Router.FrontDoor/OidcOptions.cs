using System.Net;

namespace Router.FrontDoor;

/// <summary>Whose OpenID Connect tokens open the API beside keys, and which of their claims say what they may. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record OidcOptions
{
    /// <summary>The issuer, as its tokens name it (<c>iss</c>): <c>https://…</c>, or <c>http://</c> on loopback. Null: no tokens, only keys.</summary>
    public string? Authority { get; init; }

    /// <summary>What a token's <c>aud</c> must hold: 1 to 256 characters. Needed with <see cref="Authority"/>: tokens of the issuer for others do not count here.</summary>
    public string? Audience { get; init; }

    /// <summary>The claim that names the role: one of the words of the roles, and no other of them beside it. Default <c>router_role</c>.</summary>
    public string RoleClaim { get; init; } = "router_role";

    /// <summary>The claim that names the tenant; it is missing in an operator's token. Default <c>router_tenant</c>.</summary>
    public string TenantClaim { get; init; } = "router_tenant";

    /// <summary>What is wrong, with the setting and the remedy; null: nothing.</summary>
    public string? Validate()
    {
        if (Authority is null)
        {
            return Audience is null ? null : "Oidc:Audience is set without Oidc:Authority: set both, or leave both out";
        }

        if (!IsAllowed(Authority))
        {
            return "Oidc:Authority is not https://HOST…, or http:// on loopback, without user, query and fragment: give the issuer as its tokens name it";
        }

        if (Audience is not { Length: >= 1 and <= 256 })
        {
            return "Oidc:Audience is not 1 to 256 characters: give the audience that the issuer puts into tokens for Router";
        }

        return RoleClaim.Length is 0 or > 128 || TenantClaim.Length is 0 or > 128
            ? "Oidc:RoleClaim or Oidc:TenantClaim is not 1 to 128 characters: give a claim's name, or leave it out"
            : null;
    }

    /// <summary>Whether what <paramref name="url"/> answers can be believed: nobody in between can change it.</summary>
    internal static bool IsAllowed(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed)
        && parsed.UserInfo.Length == 0 && parsed.Query.Length == 0 && parsed.Fragment.Length == 0
        && (parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && IsLoopback(parsed)));

    private static bool IsLoopback(Uri url) => url.IdnHost == "localhost" || (IPAddress.TryParse(url.IdnHost, out IPAddress? address) && IPAddress.IsLoopback(address));
}
