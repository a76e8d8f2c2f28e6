using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Access.Tokens;
using Router.Engine.Sealing;
using Router.FrontDoor.Dashboard;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Access;

/// <summary>Finds out who calls, by <c>Authorization: Bearer KEY</c>, and whether the role may. Tokens are <see cref="TokenDesk"/>'s, whose finding it takes. One look-up in the configuration's snapshot a request; no state.</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal sealed class Doorkeeper
{
    private const string Scheme = "Bearer ";
    private readonly IAdministration administration;
    private readonly TimeProvider time;
    private readonly IKeyedHash hash;
    private readonly ApiKey? operatorKey;

    /// <summary>Keeps the hash of the operator's key.</summary>
    public Doorkeeper(IAdministration administration, FrontDoorOptions options, IKeyedHash hash, TimeProvider time)
    {
        this.administration = administration;
        this.hash = hash;
        this.time = time;
        if (options.OperatorKey is { } key)
        {
            operatorKey = KeyText.Asked(key, Role.Operator) with { Id = OperatorKeys.FixedId };
        }
    }

    /// <summary>
    /// Null when the caller may; the caller's tenant is not null then for the tenants' permissions. Operators' keys do not open <c>/v1</c>, tenants' not <c>/admin</c>.
    /// </summary>
    internal Problem? Admit(HttpContext context, Permission permission, out Caller caller)
    {
        caller = default;
        if (context.Request.Headers.Authorization.Count == 0)
        {
            return permission is Permission.OperatorRead or Permission.OperatorManage ? AdmitSession(context, permission, out caller) : KnownProblems.Unauthorized;
        }

        if ((Find(Bearer(context)) ?? context.Features.Get<TokenCaller>()?.Key) is not { } key || HasExpired(key))
        {
            return KnownProblems.Unauthorized;
        }

        Tenant? tenant = null;
        if (key.Tenant != 0 && (tenant = administration.Current.FindTenant(key.Tenant)) is null or { IsDeleting: true })
        {
            return KnownProblems.Unauthorized;
        }

        caller = new Caller(key, tenant);
        return key.Role.Allows(permission) ? null : KnownProblems.Forbidden(key.Role, permission);
    }

    /// <summary>What the request says as bearer, a key or a token; empty: nothing.</summary>
    internal static ReadOnlySpan<char> Bearer(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Scheme.Length).Trim(' ') : default;

    /// <summary>Whether <paramref name="key"/> opens nothing any more. The clock is looked at for keys that expire only.</summary>
    internal bool HasExpired(ApiKey key) => key.ExpiresMs != 0 && key.HasExpired(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>How long <paramref name="key"/> is still good, at most <paramref name="most"/>, at least a millisecond.</summary>
    internal TimeSpan Left(ApiKey key, TimeSpan most)
    {
        if (key.ExpiresMs == 0)
        {
            return most;
        }

        double left = key.ExpiresMs - (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Clamp(left, 1, most.TotalMilliseconds));
    }

    // A browser that signed in on /dashboard: its cookie stands for an operator's key, which must still be good.
    private Problem? AdmitSession(HttpContext context, Permission permission, out Caller caller)
    {
        caller = default;
        if (DashboardSession.Find(context, hash, time.GetUtcNow()) is not { } keyHash || !DashboardSession.IsFromHere(context.Request))
        {
            return KnownProblems.Unauthorized;
        }

        ApiKey? key = operatorKey?.Hash == keyHash ? operatorKey : administration.Current.FindKey(keyHash);
        if (key is not { Tenant: 0, Role: Role.Operator or Role.Support } || HasExpired(key))
        {
            return KnownProblems.Unauthorized;
        }

        caller = new Caller(key, null);
        return key.Role.Allows(permission) ? null : KnownProblems.Forbidden(key.Role, permission);
    }

    private ApiKey? Find(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 200)
        {
            return null;
        }

        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        KeyText.HashWhole(text, whole);
        if (operatorKey is not null && KeyText.IsHashOf(operatorKey, whole))
        {
            return operatorKey;
        }

        // A look-up by half of the hash tells by its time nothing of use about a key: whoever can choose a hash has broken SHA-256. The whole is compared in constant time.
        if (!KeyText.IsKey(text) || administration.Current.FindKey(BinaryPrimitives.ReadUInt128BigEndian(whole)) is not { } found || !KeyText.IsHashOf(found, whole))
        {
            return null;
        }

        // A stored role and its tenant must fit: an operator's key has none, a tenant's has one.
        return (found.Tenant == 0) == (found.Role is Role.Operator or Role.Support) ? found : null;
    }
}
