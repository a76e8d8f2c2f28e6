namespace Router.Engine.Audit;

/// <summary>Which entries to list. What is null or 0 does not matter.</summary>
public sealed record AuditQuery
{
    /// <summary>Of the tenant with this number.</summary>
    public int? Tenant { get; init; }

    /// <summary>Of all tenants that had this name.</summary>
    public string? TenantName { get; init; }

    /// <summary>By this caller.</summary>
    public string? Actor { get; init; }

    /// <summary>Of this action.</summary>
    public string? Action { get; init; }

    /// <summary>Not before, in milliseconds since 1970.</summary>
    public long FromMs { get; init; }

    /// <summary>Before, in milliseconds since 1970; 0: no end.</summary>
    public long ToMs { get; init; }

    /// <summary>Only entries before this place; 0: from the newest.</summary>
    public long Before { get; init; }

    /// <summary>At most so many, 1 to 200.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Whether <paramref name="entry"/> is one, its place aside.</summary>
    public bool Matches(AuditEntry entry) =>
        (Tenant is null || Tenant == entry.Tenant)
        && (TenantName is null || TenantName == entry.TenantName)
        && (Actor is null || Actor == entry.Actor)
        && (Action is null || Action == entry.Action)
        && entry.AtMs >= FromMs
        && (ToMs == 0 || entry.AtMs < ToMs);
}
