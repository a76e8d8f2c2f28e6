using System.Globalization;
using Router.Core.Tenants;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>The model's plan as the product knows it.</summary>
internal static class Configurations
{
    /// <summary>The API key that a tenant uses as its n-th; the ones before the last two are revoked.</summary>
    public static UInt128 KeyHash(int tenant, int key) => new(0x5EED, ((ulong)(uint)tenant << 32) | (uint)key);

    public static Configuration Of(Plan plan)
    {
        Tenant[] tenants = [.. plan.Tenants.Select(Of)];
        ProviderAccount[] accounts = [.. plan.Accounts.Select(Of)];
        List<RouteSettings> routes = [];
        Add(routes, "sms", plan.SmsRoute);
        Add(routes, "whatsapp", plan.WhatsAppRoute);
        ApiKey[] keys = [.. plan.Tenants.SelectMany(static t => Enumerable.Range(Math.Max(1, t.LastKey - 1), Math.Min(2, t.LastKey))
            .Select(k => new ApiKey($"key-{t.Number}-{k}", KeyHash(t.Number, k), Role.Owner, t.Number)))];
        return new Configuration(plan.Version, tenants, accounts, routes, keys);
    }

    private static void Add(List<RouteSettings> routes, string channel, IReadOnlyList<string> providers)
    {
        if (providers.Count > 0)
        {
            routes.Add(new RouteSettings { Channel = channel, Providers = providers });
        }
    }

    private static ProviderAccount Of(AccountPlan account) => new(
        account.Number,
        account.Name,
        new ProviderSettings
        {
            Kind = "simulated", Channels = ["sms", "whatsapp"], Enabled = account.IsEnabled, Region = account.Region, Cost = account.Cost,
            Limits = new ProviderLimits { InFlight = account.InFlight, PerSecond = account.PerSecond },
        },
        account.Drains);

    private static Tenant Of(TenantPlan tenant)
    {
        var limits = new TenantLimits
        {
            PerSecond = tenant.PerSecond, PerSender = tenant.PerSender, Waiting = tenant.WaitingMax,
            PerChannel = tenant.PerSms is { } perSms ? new Dictionary<string, int> { ["sms"] = perSms } : null,
            PerRecipient = tenant.PerRecipient is { } recipient ? new RecipientLimit(recipient.Count, recipient.WindowSeconds) : null,
        };
        var settings = new TenantSettings
        {
            Name = "Acme", Senders = tenant.HasBothSenders ? tenant.AllSenders : [tenant.AllSenders[0]], Limits = limits, Region = tenant.Region,
            QuietHours = tenant.Quiet is { } quiet ? new QuietHours(Clock(quiet.From), Clock(quiet.To)) : null,
            Prices = tenant.Price > 0 ? new Dictionary<string, decimal> { ["sms"] = tenant.Price } : null,
        };
        CreditLine? credit = tenant.Credit is { } units ? new CreditLine(units * Money.Unit, units * Money.Unit / 10) : null;
        return new Tenant(tenant.Number, tenant.Name, settings, credit);
    }

    private static string Clock(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:D2}:{minute % 60:D2}");
}
