using Router.Core.Tenants;

namespace Router.Engine.Audit;

/// <summary>One change that somebody made (R6.3): who, what, which object, from where, when, and what came of it. Never content, an address or a secret.</summary>
public sealed record AuditEntry
{
    /// <summary>When, in milliseconds since 1970.</summary>
    public required long AtMs { get; init; }

    /// <summary>The id of the key that called, or <c>oidc:</c> and the token's subject.</summary>
    public required string Actor { get; init; }

    /// <summary>What the caller was.</summary>
    public required Role Role { get; init; }

    /// <summary>What was done, as the path's words and the method: <c>tenants.keys.post</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The number of the tenant whose thing it was; 0: the operator's. By this a tenant sees its own, because a name may be given again.</summary>
    public required int Tenant { get; init; }

    /// <summary>The tenant's name then; empty: the operator's.</summary>
    public required string TenantName { get; init; }

    /// <summary>Which thing: an id or a name; of a contact its keyed id. Empty: there is only one.</summary>
    public required string Object { get; init; }

    /// <summary>The address that the connection came from. What a proxy says of others is not believed.</summary>
    public required string From { get; init; }

    /// <summary>What came of it.</summary>
    public required AuditResult Result { get; init; }
}
