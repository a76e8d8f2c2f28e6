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

/// <summary>An API key as kept: never the key, only its SHA-256 (R6.2). Stored as JSON; add properties, never rename them.</summary>
/// <param name="Id">Shown to people; revokes the key. Empty in one that is asked for: its owner gives it.</param>
/// <param name="Hash">The first 16 bytes of SHA-256 over the key's text: by these it is found.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Tenant">The tenant's number; 0 for an operator's key. 0 in one that is asked for.</param>
public sealed record ApiKey(string Id, UInt128 Hash, Role Role, int Tenant)
{
    /// <summary>The last 16 bytes of the hash; null: the key was kept before they were, and goes by <see cref="Hash"/> alone.</summary>
    public UInt128? HashRest { get; init; }

    /// <summary>Whose it is or what for, for people; of an agent's key, who the agent is. Null: not said.</summary>
    public string? Name { get; init; }

    /// <summary>The last four characters of the key, by which people tell keys apart (24 of its 256 bits). Null: not kept.</summary>
    public string? LastFour { get; init; }

    /// <summary>When it was made, in milliseconds since 1970; 0: not known.</summary>
    public long CreatedMs { get; init; }

    /// <summary>From when on it opens nothing, in milliseconds since 1970; 0: it does not expire.</summary>
    public long ExpiresMs { get; init; }

    /// <summary>Whether it opens nothing any more.</summary>
    public bool HasExpired(long nowMs) => ExpiresMs != 0 && nowMs >= ExpiresMs;
}
