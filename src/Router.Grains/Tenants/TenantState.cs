using Router.Core.Templates;
using Router.Core.Tenants;

namespace Router.Grains.Tenants;

/// <summary>What <see cref="TenantGrain"/> keeps. Stored as JSON; add properties, never rename them.</summary>
[GenerateSerializer]
public sealed class TenantState
{
    /// <summary>The internal number, 1 and up; 0: never put.</summary>
    [Id(0)]
    public int Number { get; set; }

    /// <summary>Rises with every change.</summary>
    [Id(1)]
    public long Version { get; set; }

    /// <summary>As set.</summary>
    [Id(2)]
    public TenantSettings? Settings { get; set; }

    /// <summary>Its keys, hashed.</summary>
    [Id(3)]
    public ApiKey[] Keys { get; set; } = [];

    /// <summary>It is being deleted; this ends with an empty state.</summary>
    [Id(21)]
    public bool Deleting { get; set; }

    /// <summary>What it may spend; null: it is not charged.</summary>
    [Id(10)]
    public CreditLine? Credit { get; set; }

    /// <summary>The newest top-ups, so that each reference counts once.</summary>
    [Id(11)]
    public TopUp[] TopUps { get; set; } = [];

    /// <summary>Its templates.</summary>
    [Id(20)]
    public TemplateSettings[] Templates { get; set; } = [];
}
