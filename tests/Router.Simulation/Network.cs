namespace Router.Simulation;

/// <summary>Calls between silos: each is late, and it or its answer may be lost. A lost one fails for its caller, as after a time-out.</summary>
internal sealed class Network(SimulationRun run)
{
    private const double LossChance = 0.04;
    private readonly List<Call> calls = [];

    public int UnderWay => calls.Count;

    /// <summary>Calls <paramref name="to"/>.</summary>
    /// <param name="from">Whoever dies before the answer is told nothing.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="what">For people.</param>
    /// <param name="arrive">Runs there; tells the outcome to what it is given, once, at once or later.</param>
    /// <param name="answer">Runs at the caller's, once, with the outcome; false also when the call or its answer was lost.</param>
    public void Send(SimulatedSilo from, SimulatedSilo to, string what, Action<Action<bool>> arrive, Action<bool> answer) => calls.Add(new Call(from, to, what, arrive, answer) { SentAt = run.Time.GetTimestamp() });

    public override string ToString() => string.Join("; ", calls);

    /// <summary>Lets one of them go on; false: none can.</summary>
    public bool Step()
    {
        if (calls.Count == 0)
        {
            return false;
        }

        Call call = calls[run.Random.Next(calls.Count)];
        return call.Outcome is { } outcome ? Answer(call, outcome) : !call.Arrived && Arrive(call);
    }

    /// <summary>A silo died: whoever called it is told so, whoever it called has nobody to tell.</summary>
    public void Died(SimulatedSilo silo)
    {
        calls.RemoveAll(c => c.From == silo);
        foreach (Call call in calls.Where(c => c.To == silo).ToArray())
        {
            if (call.Outcome is null)
            {
                run.Coverage.Count("fault: a call hung as its silo died");
                End(call, false);
            }
        }
    }

    private bool Arrive(Call call)
    {
        if (run.HasFaults && !call.From.IsFrozen && run.Chance(LossChance))
        {
            run.Coverage.Count("fault: a call was lost");
            End(call, false);
            return true;
        }

        if (call.To.IsFrozen)
        {
            return false;
        }

        if (run.Time.GetTimestamp() - call.SentAt > 100 * SimulatedTime.TicksAMs)
        {
            run.Coverage.Count("fault: a call came late");
        }

        call.Arrived = true;
        call.Deliver();
        return true;
    }

    private bool Answer(Call call, bool outcome)
    {
        if (call.From.IsFrozen)
        {
            return false;
        }

        bool lost = run.HasFaults && run.Chance(LossChance);
        if (lost)
        {
            run.Coverage.Count("fault: an answer was lost");
        }

        End(call, outcome && !lost);
        return true;
    }

    private void End(Call call, bool outcome)
    {
        if (calls.Remove(call))
        {
            call.Answer(outcome);
        }
    }

    private sealed class Call(SimulatedSilo from, SimulatedSilo to, string what, Action<Action<bool>> arrive, Action<bool> answer)
    {
        public SimulatedSilo From { get; } = from;

        public SimulatedSilo To { get; } = to;

        public Action<bool> Answer { get; } = answer;

        public long SentAt { get; init; }

        public bool Arrived { get; set; }

        public bool? Outcome { get; private set; }

        public override string ToString() => $"{what}, {From.Number} to {To.Number}, sent at {SentAt}, {(Arrived ? "arrived" : "under way")}, {Outcome}";

        public void Deliver() => arrive(outcome => Outcome ??= outcome);
    }
}
