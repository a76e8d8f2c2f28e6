namespace Router.Simulation.Model;

/// <summary>Everything set at one time. Immutable.</summary>
internal sealed record Plan
{
    public required long Version { get; init; }

    public required IReadOnlyList<TenantPlan> Tenants { get; init; }

    public required IReadOnlyList<AccountPlan> Accounts { get; init; }

    /// <summary>Names of the accounts of the route of SMS, in its order; none: there is no such route.</summary>
    public required IReadOnlyList<string> SmsRoute { get; init; }

    public required IReadOnlyList<string> WhatsAppRoute { get; init; }

    /// <summary>Accounts that may carry a channel, wherever they stand.</summary>
    public IReadOnlyList<AccountPlan> AccountsFor(bool isSms) => [.. (isSms ? SmsRoute : WhatsAppRoute).Select(n => Accounts.First(a => a.Name == n)).Where(static a => a.IsEnabled)];

    public TenantPlan Tenant(int number) => Tenants[number - 1];

    public AccountPlan Account(int number) => Accounts[number - 1];

    public Plan With(TenantPlan tenant) => this with { Tenants = [.. Tenants.Select(t => t.Number == tenant.Number ? tenant : t)] };

    public Plan With(AccountPlan account) => this with { Accounts = [.. Accounts.Select(a => a.Number == account.Number ? account : a)] };
}

/// <summary>What is set for an account at a carrier.</summary>
internal sealed record AccountPlan(int Number, string Name, string? Region)
{
    public int? PerSecond { get; init; }

    public int InFlight { get; init; } = 8;

    public bool IsEnabled { get; init; } = true;

    public bool Drains { get; init; }

    public int Cost { get; init; }
}
