using Router.Core.Tenants;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>What is configured, and how it changes: each silo hears of it in its own time.</content>
internal sealed partial class SimulationRun
{
    private readonly Dictionary<long, Configuration> configurations = [];

    /// <summary>The newest.</summary>
    public Plan Plan { get; private set; }

    public Configuration ConfigurationOf(Plan plan)
    {
        if (!configurations.TryGetValue(plan.Version, out Configuration? configuration))
        {
            configurations.Add(plan.Version, configuration = Configurations.Of(plan));
        }

        return configuration;
    }

    private Plan DrawPlan()
    {
        (int, int)? quiet = Chance(0.35) ? DrawQuietHours() : null;
        return new Plan
        {
            Version = 1,
            Tenants = [.. Enumerable.Range(1, 1 + Random.Next(3)).Select(n => DrawTenant(n, quiet))],
            Accounts = [DrawAccount(1, "p", "eu"), DrawAccount(2, "q", "us"), DrawAccount(3, "r", null)],
            SmsRoute = DrawRoute(), WhatsAppRoute = DrawRoute(),
        };
    }

    private TenantPlan DrawTenant(int number, (int, int)? quiet) => new()
    {
        Number = number,
        PerSecond = DrawLimit(), PerSms = DrawLimit(), PerSender = DrawLimit(),
        PerRecipient = Chance(0.35) ? (1 + Random.Next(4), 1 + Random.Next(4)) : null,
        WaitingMax = Chance(0.2) ? 20 + Random.Next(100) : 1_000_000,
        Quiet = quiet,
        Region = Chance(0.1) ? "eu" : null,
        Credit = Chance(0.4) ? Random.Next(400) : null,
        Price = Chance(0.5) ? 1 + Random.Next(3) : 0,
    };

    private AccountPlan DrawAccount(int number, string name, string? region) =>
        new(number, name, region) { PerSecond = Chance(0.25) ? 10 + Random.Next(60) : null, InFlight = 1 + Random.Next(8), Cost = Random.Next(3) };

    private int? DrawLimit() => Chance(0.25) ? 4 + Random.Next(40) : null;

    private string[] DrawRoute()
    {
        if (Chance(0.03))
        {
            return [];
        }

        string[] names = ["p", "q", "r"];
        Random.Shuffle(names);
        return names[..(1 + Random.Next(3))];
    }

    // A minute or two on the recipient's wall (UTC + 1); the clock stands a little before they begin, or shortly before they end.
    private (int, int) DrawQuietHours()
    {
        int minutes = 1 + Random.Next(2);
        Time.Shift = TimeSpan.FromMilliseconds((Chance(0.7) ? 60_000 : 60_000 + (minutes * 60_000)) - Random.Next(5_000));
        return ((13 * 60) + 1, (13 * 60) + 1 + minutes);
    }

    private bool ChangePlan()
    {
        TenantPlan tenant = Plan.Tenants[Random.Next(Plan.Tenants.Count)];
        AccountPlan account = Plan.Accounts[Random.Next(Plan.Accounts.Count)];
        (string what, Plan plan) = Random.Next(9) switch
        {
            0 => ("change: routes", Plan with { SmsRoute = DrawRoute() }),
            1 => ("change: routes", Plan with { WhatsAppRoute = DrawRoute() }),
            2 => ("change: a limit", Plan.With(tenant with { PerSecond = DrawLimit(), PerSms = DrawLimit(), PerSender = DrawLimit() })),
            3 => ("change: a limit", Plan.With(account with { PerSecond = Chance(0.4) ? 10 + Random.Next(60) : null, InFlight = 1 + Random.Next(8) })),
            4 => ("change: credit", Plan.With(tenant with { Credit = tenant.Credit + Random.Next(100), Price = Chance(0.5) ? 1 + Random.Next(3) : tenant.Price })),
            5 => ("change: keys", Plan.With(tenant with { LastKey = tenant.LastKey + 1 })),
            6 => ("change: senders", Plan.With(tenant with { HasBothSenders = !tenant.HasBothSenders })),
            7 => ("change: a provider", Plan.With(account with { IsEnabled = !account.IsEnabled || Chance(0.3), Cost = Random.Next(3) })),
            _ => ("change: a provider drains", Plan.With(account with { Drains = !account.Drains })),
        };
        Coverage.Count(what);
        Publish(plan);
        return true;
    }

    private void Publish(Plan plan)
    {
        Plan = plan with { Version = Plan.Version + 1 };
        if (Trace is not null)
        {
            Say($"SMS by {string.Join(' ', Plan.SmsRoute)}, WhatsApp by {string.Join(' ', Plan.WhatsAppRoute)}; {string.Join(' ', Plan.Tenants)} {string.Join(' ', Plan.Accounts)}");
        }

        foreach (SimulatedSilo silo in silos)
        {
            if (!silo.IsFrozen && (settling || Chance(0.6)))
            {
                silo.Apply(Plan);
            }
        }
    }

    private bool TellPlan()
    {
        if (Running() is not { } silo || silo.Plan == Plan)
        {
            return false;
        }

        Coverage.Count("fault: the configuration came late");
        silo.Apply(Plan);
        return true;
    }
}
