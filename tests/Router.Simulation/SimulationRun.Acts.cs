namespace Router.Simulation;

/// <content>What can happen at a step, and how often.</content>
internal sealed partial class SimulationRun
{
    // What is done often moves things on; what is done seldom is left out in some runs, so that each run is another kind of trouble.
    private void AddActs()
    {
        Often(70, "a worker runs", () => Running()?.Workers.RunOne() ?? false);
        Often(20, "a transaction is written", () => Running()?.Journal.WriteSome() ?? false);
        Often(20, "a transaction is synced", () => Running()?.Journal.SyncSome() ?? false);
        Often(24, "a fate is told", () => Running()?.Journal.TellSome() ?? false);
        Often(12, "a read is answered", () => Running()?.Journal.AnswerSome() ?? false);
        Often(Chance(0.3) ? 6 : 40, "a provider goes on", StepProvider); // slow ones answer long after a release has ended
        Often(22, "a receipt is told", () => Running() is { } silo && Carriers.TellSome(silo));
        Often(8, "a writing is told", () => Running() is { } silo && Phones.TellSome(silo));
        Seldom(18, "an end user writes", Write);
        Often(8, "time passes", PassTime);
        Often(9, "messages are posted", Accept);
        Often(12, "an owner starts", () => Running()?.OwnSome() ?? false);
        Often(12, "shards without an owner are taken", TakeWhatNobodyHas);
        Often(SiloCount > 1 ? 20 : 0, "calls go on", StepCalls);
        AddStreamActs();
        Often(4, "a renewal is answered", () => Running()?.TellRenewal() ?? false);
        Often(4, "leases are renewed", Renew);
        Often(4, "a silo hears of the plan", TellPlan);
        Often(2, "a silo wakes", WakeSome);
        Often(2, "room is made on the disk", MakeRoom);
        Often(4, "events are read", () => readers[Random.Next(readers.Count)].Read());
        Often(8, "a webhook goes on", () => readers[Random.Next(readers.Count)].Deliver());
        Seldom(1, "a webhook's silo dies", CrashReader);
        Often(Plan.Tenants.Any(static t => t.Quiet is not null) ? 8 : 2, "flags are set", SetFlags);
        Seldom(18, "flags are set", SetFlags);
        Seldom(30, "a message is cancelled", Cancel);
        Seldom(12, "a conversation changes", Talk);
        Seldom(6, "a look at a message", Peek);
        Seldom(2, "what waits is purged", AskPurge);
        Seldom(1, "a receipt for nobody", OweNobodys);
        Seldom(1, "a shard moves", () => Running() is { } silo && Take(silo));
        Seldom(1, "a shard is given up", Disown);
        Seldom(1, "a silo dies", Restart);
        Seldom(1, "a silo freezes", Freeze);
        Seldom(1, "the power of the store goes", CutPower);
        Seldom(1, "the disk is full", FillDisk);
        Seldom(2, "the plan changes", ChangePlan);
        Seldom(1, "a carrier falls ill", FallIll);
        Often(1, "a carrier is well again", BeWell);
        Seldom(2, "a link drops, or is back", TurnProvider);
        if (Plan.Tenants.All(static t => t.PerRecipient is null) || Chance(0.3))
        {
            Seldom(1, "the clock jumps", SetClock);
        }
    }

    private void Often(int weight, string name, Func<bool> act)
    {
        if (weight > 0)
        {
            acts.Add((weight * 10, name, act)); // trouble comes once in hundreds of steps: between troubles work gets done
        }
    }

    private void Seldom(int weight, string name, Func<bool> act)
    {
        if (Chance(0.7))
        {
            acts.Add((weight * (1 + Random.Next(3)), name, act));
        }
    }

    private bool PassTime()
    {
        Time.Advance(1 + Random.Next(Chance(0.1) ? 1_500 : 60));
        return true;
    }

    private bool SetClock()
    {
        Limits.WallClockWasSet();
        clockSetAt = Time.GetTimestamp();
        TimeSpan jump = TimeSpan.FromSeconds(Random.Next(-600, 600));
        Coverage.Count(jump < TimeSpan.Zero ? "fault: the wall clock jumped back" : "fault: the wall clock jumped ahead");
        Time.Shift += jump;
        latestShift = Time.Shift > latestShift ? Time.Shift : latestShift;
        return true;
    }

    private bool OweNobodys()
    {
        if (++nobodys > NobodysMax)
        {
            return false; // what finds no message is kept up to a bound
        }

        for (int i = Options.UnmatchedReceiptsMax > UnmatchedFew ? 1 : 1 + Random.Next(12); i > 0; i--)
        {
            Carriers.OweNobodys();
        }

        return true;
    }

    private bool FallIll()
    {
        illAccount = 1 + Random.Next(Plan.Accounts.Count);
        return true;
    }

    private bool BeWell()
    {
        bool was = illAccount > 0 && Chance(0.3);
        illAccount = was ? 0 : illAccount;
        return was;
    }

    private bool CrashReader()
    {
        readers[Random.Next(readers.Count)].Crash();
        return true;
    }

    private bool StepCalls()
    {
        bool any = false;
        for (int i = 1 + Random.Next(6); i > 0; i--)
        {
            any |= Network.Step();
        }

        return any;
    }

    private bool StepProvider()
    {
        bool any = false;
        if (Running() is { } silo)
        {
            for (int i = 1 + Random.Next(4); i > 0 && silo.Providers.Made.Count > 0; i--)
            {
                any |= silo.Providers.Made[Random.Next(silo.Providers.Made.Count)].Step();
            }

            LookAtBreakers(silo);
        }

        return any;
    }
}
