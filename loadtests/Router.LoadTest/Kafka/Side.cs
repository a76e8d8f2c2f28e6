namespace Router.LoadTest.Kafka;

/// <summary>One side over all its turns.</summary>
internal sealed class Side(string name)
{
    private readonly List<Turn> turns = [];

    internal double PerSecond => turns.Average(static t => t.PerSecond);

    internal double CpuMicros => turns.Average(static t => t.CpuMicros);

    internal double Bytes => turns.Average(static t => t.Bytes);

    internal void Add(LoadRun run, Turn turn)
    {
        turns.Add(turn);
        run.Terminal.Line($"  {name}: {turn.PerSecond:N0}/s, CPU a record {turn.CpuMicros:0.0} µs, the broker's {turn.BrokerMicros:0.0} µs, allocated {turn.Bytes:N0} B, written {turn.Written:0.00}");
    }

    internal void Tell(LoadRun run)
    {
        run.Figure(name, PerSecond, "records/s");
        run.Figure($"{name}: CPU a record", CpuMicros, "µs");
        run.Figure($"{name}: allocated a record", Bytes, "B");
        if (turns[0].Written > 0)
        {
            run.Figure($"{name}: the broker's CPU a record", turns.Average(static t => t.BrokerMicros), "µs");
            run.Figure($"{name}: records written a record", turns.Average(static t => t.Written), "");
        }
    }
}
