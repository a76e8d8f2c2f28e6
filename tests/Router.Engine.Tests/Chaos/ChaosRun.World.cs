using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine.Tests.Chaos;

/// <content>Silos die and start, shards are taken and given up, the configuration changes, and the end of all trouble.</content>
internal sealed partial class ChaosRun
{
    private static readonly Sender[] Senders = [new("+39000"), new("+39001")];
    private readonly ChaosSilo[] silos;
    private readonly List<Forwarded> forwarded = [];
    private Configuration configuration = Configuration.Empty;
    private bool settling;

    /// <summary>A receipt goes to the silo that has the shard, by a call that can fail.</summary>
    public bool TryForward(ChaosSilo from, int shard, in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        ChaosSilo? to = silos.FirstOrDefault(s => s != from && s.Engine.Owns(shard));
        if (to is null)
        {
            return false;
        }

        forwarded.Add(new Forwarded(from, to, receipt, acknowledge, state, token));
        return true;
    }

    private ChaosSilo Alive() => silos[Random.Next(silos.Length)];

    private bool TellForwarded()
    {
        if (forwarded.Count == 0)
        {
            return false;
        }

        int at = Random.Next(forwarded.Count);
        Forwarded call = forwarded[at];
        if (call.Sent)
        {
            return false;
        }

        call.Sent = true;
        call.To.Engine.ReceiveForwarded(
            call.Receipt,
            (_, _, kept) =>
            {
                forwarded.Remove(call);
                if (call.From.IsAlive)
                {
                    call.Acknowledge(call.State, call.Token, kept);
                }
            },
            null, 0);
        return true;
    }

    private bool Take(ChaosSilo silo)
    {
        silo.Take(Shards[Random.Next(Shards.Length)]);
        return true;
    }

    private bool TakeWhatNobodyHas()
    {
        bool any = false;
        foreach (int shard in settling ? ShardsOfKeys : Shards)
        {
            if (!silos.Any(s => s.Engine.Owns(shard) || s.Taking.Contains(shard)))
            {
                Alive().Take(shard);
                any = true;
            }
        }

        return any;
    }

    private bool Disown()
    {
        _ = Alive().Engine.DisownAsync(Shards[Random.Next(Shards.Length)]).AsTask();
        return true;
    }

    private bool Renew()
    {
        if (!Exclusive)
        {
            foreach (ChaosSilo silo in silos)
            {
                if (settling || Chance(0.7))
                {
                    silo.Renew();
                }
            }
        }

        return true;
    }

    private bool Restart()
    {
        int number = Random.Next(silos.Length);
        ChaosSilo dead = silos[number];
        dead.Die();
        forwarded.RemoveAll(call =>
        {
            if (call.To == dead && call.From.IsAlive)
            {
                call.Acknowledge(call.State, call.Token, false); // its call failed
            }

            return call.To == dead || call.From == dead;
        });
        ForgetFallbackCalls(dead);
        silos[number] = new ChaosSilo(this, number);
        silos[number].Engine.Apply(configuration);
        LookAtAnswers();
        Forget(dead);
        return true;
    }

    private bool Reconfigure()
    {
        Configure(Random.Next(2) == 0, Random.Next(3), Chance(0.8));
        return true;
    }

    private void Configure(bool bothSenders = true, int missing = 0, bool enabled = true)
    {
        string[] names = [.. new[] { "p", "q" }.Where((_, i) => i + 1 != missing)];
        if (Random.Next(2) == 0)
        {
            Array.Reverse(names);
        }

        ProviderAccount[] accounts = [.. names.Select((name, i) => new ProviderAccount(
            name == "p" ? 1 : 2, name, new ProviderSettings { Kind = "chaos", Channels = ["sms"], Enabled = enabled || i > 0, Limits = new ProviderLimits { InFlight = 1 + Random.Next(8), PerSecond = Limits.PerProvider } }))];
        var limits = new TenantLimits { PerSecond = Limits.PerTenant, PerSender = Limits.PerSender, PerRecipient = Limits.PerRecipient };
        var tenant = new Tenant(1, "acme", new TenantSettings { Name = "Acme", Senders = bothSenders ? ["+39000", "+39001"] : ["+39000"], Limits = limits, QuietHours = quietHours });
        configuration = new Configuration(configuration.Version + 1, [tenant], accounts, [new RouteSettings { Channel = "sms", Providers = names }], []);
        foreach (ChaosSilo silo in silos)
        {
            silo.Engine.Apply(configuration);
        }
    }

    private bool TurnProvider()
    {
        ChaosProvider[] made = [.. Alive().Providers.Made.Where(static p => !p.IsGone)];
        if (made.Length > 0)
        {
            ChaosProvider provider = made[Random.Next(made.Length)];
            provider.Turn(!provider.IsUp);
        }

        return true;
    }

    // The faults stop, everything is up, and time runs on until every promise holds; what never comes true is said.
    private void Settle()
    {
        settling = true;
        Time.Shift = latestShift; // what was scheduled by a clock that ran ahead comes soon
        Faults.Stop();
        Configure();
        foreach (ChaosProvider provider in silos.SelectMany(static s => s.Providers.Made))
        {
            provider.Turn(true);
        }

        string? broken = "nothing was looked at";
        for (int ms = 0; ms < SettleMs && broken is not null; ms += 3_000)
        {
            for (int inner = 0; inner < 3_000; inner += 50)
            {
                RunUntilQuiet();
                Time.Advance(50);
            }

            broken = WhatIsBroken();
        }

        Assert.True(broken is null, $"{broken}\n{Situation()}");
        Time.Advance(1_000);
        RunUntilQuiet();
        Assert.Null(WhatIsBroken());
        LookAtLogs();
    }

    private void RunUntilQuiet()
    {
        if (Time.GetTimestamp() / (Time.TimestampFrequency / 1_000) % 300 < 50)
        {
            Renew();
        }

        TakeWhatNobodyHas();
        Carriers.TellAll(Alive);
        Phones.TellAll(Alive);
        int looks = 0;
        for (bool moved = true; moved;)
        {
            moved = false;
            foreach (ChaosSilo silo in silos)
            {
                moved |= silo.OwnSome() | silo.TellRenewal() | silo.Workers.RunOne() | silo.Journal.WriteSome() | silo.Journal.TellSome() | silo.Journal.AnswerSome();
                moved = silo.Providers.Made.Aggregate(moved, static (any, provider) => any | provider.Step());
            }

            moved |= TellForwarded() | TellFallback();
            LookAtAnswers();
            Assert.True(++looks < 100_000, "it goes round without end");
        }
    }

    private sealed class Forwarded(ChaosSilo from, ChaosSilo to, Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        public ChaosSilo From { get; } = from;

        public ChaosSilo To { get; } = to;

        public Receipt Receipt { get; } = receipt;

        public Action<object?, long, bool> Acknowledge { get; } = acknowledge;

        public object? State { get; } = state;

        public long Token { get; } = token;

        public bool Sent { get; set; }
    }
}
