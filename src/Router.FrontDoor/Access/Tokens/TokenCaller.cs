using Router.Core.Tenants;

namespace Router.FrontDoor.Access.Tokens;

/// <summary>The caller by a token that was found good, as a key that is good as long: a feature of the request, which <see cref="Doorkeeper"/> looks at where no key is.</summary>
/// <param name="Key">Its id is <c>oidc:</c> and the token's subject; it has no hash.</param>
internal sealed record TokenCaller(ApiKey Key);
