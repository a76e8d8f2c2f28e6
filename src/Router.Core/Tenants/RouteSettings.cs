namespace Router.Core.Tenants;

/// <summary>One route (<c>PUT /admin/routes</c>, DESIGN §6): what it matches and the providers that may carry it.</summary>
public sealed record RouteSettings
{
    /// <summary>The channel's word.</summary>
    public required string Channel { get; init; }

    /// <summary>Leading digits of the destination, at most six, with or without <c>+</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only this tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this sender.</summary>
    public string? Sender { get; init; }

    /// <summary>Only this purpose's word.</summary>
    public string? Purpose { get; init; }

    /// <summary>Only messages that must stay in this region: their own, else their tenant's.</summary>
    public string? Region { get; init; }

    /// <summary>Names of one to eight providers.</summary>
    public required IReadOnlyList<string> Providers { get; init; }
}
