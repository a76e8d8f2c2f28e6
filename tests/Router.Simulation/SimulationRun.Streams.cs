namespace Router.Simulation;

/// <content>Kafka's part in a run.</content>
internal sealed partial class SimulationRun
{
    private void AddStreamActs()
    {
        if (Streams is not { } streams)
        {
            return;
        }

        Coverage.Count("run: with Kafka");
        Often(3, "records are written", streams.Produce);
        Often(24, "records are read", () => Running() is { } silo && Repeat(12, silo.Streams!.Read));
        Often(24, "slices are delivered", () => Running() is { } silo && Repeat(4, silo.Streams!.Deliver));
        Often(8, "brokers take records", () => Running() is { } silo && silo.Streams!.Write());
        Often(3, "offsets are committed", () => Running() is { } silo && silo.Streams!.Commit());
        Often(8, "events go out", () => Running() is { } silo && streams.Export(silo));
        Often(4, "ways are taken", () => Running() is { } silo && streams.TakeWays(silo));
        Seldom(3, "a way moves", () => Running() is { } silo && streams.MoveWay(silo));
    }

    private bool Repeat(int max, Func<bool> act)
    {
        bool any = false;
        for (int i = 1 + Random.Next(max); i > 0; i--)
        {
            any |= act();
        }

        return any;
    }
}
