using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Access;

/// <summary>Finds out who calls, by <c>Authorization: Bearer KEY</c>, and whether the role may. One look-up in the configuration's snapshot a request; no state.</summary>
internal sealed class Doorkeeper
{
    private const string Scheme = "Bearer ";
    private readonly IAdministration administration;
    private readonly byte[]? operatorHash;

    /// <summary>Keeps the hash of the operator's key.</summary>
    public Doorkeeper(IAdministration administration, FrontDoorOptions options)
    {
        this.administration = administration;
        if (options.OperatorKey is { } key)
        {
            operatorHash = new byte[SHA256.HashSizeInBytes];
            KeyText.HashWhole(key, operatorHash);
        }
    }

    /// <summary>
    /// Null when the caller may; <paramref name="tenant"/> is the caller's own and not null for the tenants' permissions. Operators' keys do not open <c>/v1</c>, tenants' not <c>/admin</c>.
    /// </summary>
    internal Problem? Admit(HttpContext context, Permission permission, out Tenant? tenant)
    {
        tenant = null;
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return KnownProblems.Unauthorized;
        }

        ReadOnlySpan<char> key = header.AsSpan(Scheme.Length).Trim(' ');
        Role role = RoleOf(key, out int tenantNumber);
        if (role == Role.None)
        {
            return KnownProblems.Unauthorized;
        }

        if (tenantNumber != 0 && (tenant = administration.Current.FindTenant(tenantNumber)) is null)
        {
            return KnownProblems.Unauthorized;
        }

        return role.Allows(permission) ? null : KnownProblems.Forbidden;
    }

    private Role RoleOf(ReadOnlySpan<char> key, out int tenant)
    {
        tenant = 0;
        if (key.Length is 0 or > 200)
        {
            return Role.None;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        KeyText.HashWhole(key, hash);
        if (operatorHash is not null && CryptographicOperations.FixedTimeEquals(hash, operatorHash))
        {
            return Role.Operator;
        }

        // A look-up by hash tells by its time nothing of use about a key: whoever can choose the hash has broken SHA-256.
        if (!KeyText.IsKey(key) || administration.Current.FindKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash)) is not { } found)
        {
            return Role.None;
        }

        // A stored role and its tenant must fit: an operator's key has none, a tenant's has one.
        bool fits = (found.Tenant == 0) == (found.Role is Role.Operator or Role.Support);
        tenant = found.Tenant;
        return fits ? found.Role : Role.None;
    }
}
