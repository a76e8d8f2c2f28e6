namespace Router.Simulation;

/// <content>Silos die, freeze and start, shards are taken and given up, links and power go, and the end of all trouble.</content>
internal sealed partial class SimulationRun
{
    // Longer than clocks jump: what waits for an hour that was set back by that much comes later by as much.
    private const int SettleMs = 2_000_000;
    private const int SettleStepMs = 100;
    private const int IdleStepMs = 500; // half a lease
    private const long LeaseTicks = 1_000 * SimulatedTime.TicksAMs;
    private readonly SimulatedSilo[] silos;
    private readonly IReadOnlyList<EventReaders> readers;

    /// <summary>The silo that owns a shard, as the others know it.</summary>
    public SimulatedSilo? OwnerOf(int shard, SimulatedSilo? but = null)
    {
        foreach (SimulatedSilo silo in silos)
        {
            if (silo != but && silo.Engine.Owns(shard))
            {
                return silo;
            }
        }

        return null;
    }

    // Any silo that is not frozen; null: none is.
    private SimulatedSilo? Running()
    {
        SimulatedSilo silo = silos[Random.Next(silos.Length)];
        return silo.IsFrozen ? silos.FirstOrDefault(static s => !s.IsFrozen) : silo;
    }

    private SimulatedSilo Alive() => silos[Random.Next(silos.Length)];

    private bool Take(SimulatedSilo silo)
    {
        int shard = Shards[Random.Next(Shards.Length)];
        if (OwnerOf(shard) is { } before && before.Providers.Made.Any(static p => !p.IsIdle))
        {
            Coverage.Count("fault: a shard moved with messages in flight");
        }

        silo.Take(shard);
        return true;
    }

    private bool TakeWhatNobodyHas()
    {
        bool any = false;
        foreach (int shard in settling ? ShardsOfKeys : Shards)
        {
            // One that is frozen for long is as good as dead to the others.
            if (!silos.Any(s => (s.Engine.Owns(shard) || s.IsTaking(shard)) && !IsThoughtDead(s)) && Running() is { } silo)
            {
                silo.Take(shard);
                any = true;
            }
        }

        return any;
    }

    private bool IsThoughtDead(SimulatedSilo silo) => silo.FrozenAt is { } at && SiloCount > 1 && Time.GetTimestamp() - at > LeaseTicks;

    private bool Disown()
    {
        if (Running() is not { } silo)
        {
            return false;
        }

        _ = silo.Engine.DisownAsync(Shards[Random.Next(Shards.Length)]).AsTask();
        return true;
    }

    private bool Renew()
    {
        if (!Exclusive)
        {
            foreach (SimulatedSilo silo in silos)
            {
                if (!silo.IsFrozen && (settling || Chance(0.7)))
                {
                    silo.Renew();
                }
            }
        }

        return true;
    }

    private bool Freeze()
    {
        SimulatedSilo silo = Alive();
        if (silo.IsFrozen)
        {
            return false;
        }

        Coverage.Count("fault: a silo froze");
        silo.Freeze();
        return true;
    }

    private bool WakeSome()
    {
        if (Array.Find(silos, static s => s.IsFrozen) is not { } silo || Chance(0.6))
        {
            return false;
        }

        Wake(silo);
        return true;
    }

    private void Wake(SimulatedSilo silo)
    {
        if (Time.GetTimestamp() - silo.FrozenAt > LeaseTicks)
        {
            Coverage.Count("fault: a silo woke after its lease");
        }

        silo.Wake();
    }

    // A process dies; where its disk is its own, sometimes the whole machine does.
    private bool Restart()
    {
        int number = Random.Next(silos.Length);
        SimulatedSilo dead = silos[number];
        Coverage.Count(dead.Providers.Made.Any(static p => !p.IsIdle) ? "fault: a silo died with messages in flight" : "fault: a silo died");
        if (Exclusive && Chance(0.6))
        {
            Disk.PowerCut();
        }

        Start(number, dead);
        return true;
    }

    private void Start(int number, SimulatedSilo dead)
    {
        dead.Die();
        silos[number] = new SimulatedSilo(this, number);
        silos[number].Apply(Plan);
        LookAtAnswers();
        Forget(dead);
    }

    // The server that all silos write to; where the disk is a silo's own, the machine is the silo's.
    private bool CutPower()
    {
        Disk.PowerCut();
        if (Exclusive)
        {
            Start(0, silos[0]);
        }

        return true;
    }

    private bool FillDisk() => Disk.IsFull = true;

    private bool MakeRoom()
    {
        bool was = Disk.IsFull;
        Disk.IsFull &= Chance(0.5);
        return was != Disk.IsFull;
    }

    private bool TurnProvider()
    {
        SimulatedProvider[] made = Running() is { } silo ? [.. silo.Providers.Made.Where(static p => !p.IsGone)] : [];
        if (made.Length > 0)
        {
            SimulatedProvider provider = made[Random.Next(made.Length)];
            if (provider.IsUp)
            {
                Coverage.Count("fault: a link dropped");
            }

            provider.Turn(!provider.IsUp);
        }

        return made.Length > 0;
    }

    // The faults stop, everything is up, and time runs on until every promise holds; what never comes true is said.
    private void Settle()
    {
        settling = true;
        if (Time.Shift != latestShift)
        {
            Time.Shift = latestShift; // what was scheduled by a clock that ran ahead comes soon
            clockSetAt = Time.GetTimestamp();
        }

        SettledFromMs = Time.NowMs;
        Faults.Stop();
        Disk.IsFull = false;
        foreach (SimulatedSilo silo in silos.Where(static s => s.IsFrozen))
        {
            Wake(silo);
        }

        Publish(Plan with
        {
            SmsRoute = ["p", "q", "r"], WhatsAppRoute = ["q", "p"], Tenants = [.. Plan.Tenants.Select(static t => t with { HasBothSenders = true })],
            Accounts = [.. Plan.Accounts.Select(static a => a with { IsEnabled = true, Drains = false })],
        });
        TurnAllUp();
        string? broken = "nothing was looked at";
        for (int ms = 0; ms < SettleMs && broken is not null; ms += 2_000)
        {
            PassQuietly(2_000);
            broken = Ledger.Unfinished > 0 ? $"{Ledger.Unfinished} messages have no end" : WhatIsBroken();
        }

        Violation.Unless(broken is null, $"{broken}\n{Situation()}");
        PassQuietly(1_000);
        broken = WhatIsBroken();
        Violation.Unless(broken is null, $"{broken}\n{Situation()}");
        LookAtLogs();
    }

    private void TurnAllUp()
    {
        foreach (SimulatedProvider provider in silos.SelectMany(static s => s.Providers.Made).ToArray())
        {
            provider.Turn(true);
        }
    }

    private void PassQuietly(int ms)
    {
        // Most of the time only timers are waited for: as long as nothing goes on, steps are longer.
        int step = SettleStepMs;
        for (int left = ms; left > 0; left -= step)
        {
            step = Math.Min(RunUntilQuiet(step) ? SettleStepMs : IdleStepMs, left);
            Time.Advance(step);
        }

        RunUntilQuiet(step);
    }

    /// <summary>All that can be done now; false: but for owners that looked at the time nothing was.</summary>
    private bool RunUntilQuiet(int stepMs)
    {
        if (Time.GetTimestamp() / SimulatedTime.TicksAMs % 300 < stepMs)
        {
            Renew();
        }

        TakeWhatNobodyHas();
        Carriers.TellAll(Alive);
        Phones.TellAll(Alive);
        int looks = 0;
        bool any = false;
        for (bool moved = true; moved;)
        {
            moved = false;
            foreach (SimulatedSilo silo in silos)
            {
                moved |= silo.OwnSome() | silo.TellRenewal() | silo.Workers.RunOne();
                bool goesOn = silo.Journal.WriteSome() | silo.Journal.SyncSome() | silo.Journal.TellSome() | silo.Journal.AnswerSome();
                LookAtBreakers(silo);
                for (int i = silo.Providers.Made.Count - 1; i >= 0; i--)
                {
                    goesOn |= silo.Providers.Made[i].Step();
                }

                moved |= goesOn;
                any |= goesOn;

                LookAtBreakers(silo);
            }

            bool others = Network.Step() | Streams?.StepAll(silos) == true;
            moved |= others;
            any |= others;
            LookAtAnswers();
            Violation.Unless(++looks < 100_000, $"it goes round without end");
        }

        return any;
    }
}
