namespace Router.Core.Tenants;

/// <summary>Roles (R6.2). Stored; the numbers never change.</summary>
public enum Role : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A tenant's owner.</summary>
    Owner = 1,

    /// <summary>A tenant's administrator.</summary>
    Admin = 2,

    /// <summary>A tenant's agent.</summary>
    Agent = 3,

    /// <summary>A tenant's auditor: reads.</summary>
    Auditor = 4,

    /// <summary>The operator.</summary>
    Operator = 5,

    /// <summary>The operator's support: reads.</summary>
    Support = 6,
}

/// <summary>An API key as kept: never the key, only the first 128 bits of its SHA-256 (R6.2).</summary>
/// <param name="Id">Shown to people; revokes the key.</param>
/// <param name="Hash">The first 16 bytes of SHA-256 over the key's text.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Tenant">The tenant's number; 0 for an operator's key.</param>
public sealed record ApiKey(string Id, UInt128 Hash, Role Role, int Tenant);
