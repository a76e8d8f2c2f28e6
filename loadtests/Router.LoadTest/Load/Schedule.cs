namespace Router.LoadTest.Load;

/// <summary>
/// When messages are to be sent: stages of a constant rate one after the other (open loop: it does not know what the server does), or as fast as they are taken (closed loop).
/// For the one thread of a flow.
/// </summary>
internal sealed class Schedule
{
    private readonly Stage[] stages;
    private readonly long unpacedCount;
    private int stage;
    private long inStage;
    private long stageStart;

    private Schedule(Stage[] stages, double unpacedSeconds, long unpacedCount)
    {
        this.stages = stages;
        this.unpacedCount = unpacedCount;
        IsPaced = stages.Length > 0;
        Length = IsPaced ? stages.Sum(static s => Clock.Seconds(s.Seconds)) : Clock.Seconds(unpacedSeconds);
        Total = IsPaced ? stages.Sum(static s => s.Count) : unpacedCount;
    }

    /// <summary>Whether messages have an intended time of their own.</summary>
    internal bool IsPaced { get; }

    /// <summary>Nanoseconds from the first to the end.</summary>
    internal long Length { get; }

    /// <summary>Messages in all; of an unpaced one at most.</summary>
    internal long Total { get; }

    /// <summary>Messages told so far.</summary>
    internal long Told { get; private set; }

    /// <summary>Stages of so many seconds at so many messages a second.</summary>
    internal static Schedule Of(params (double Seconds, double Rate)[] stages) => new([.. stages.Select(static s => new Stage(s.Seconds, s.Rate))], 0, 0);

    /// <summary>As fast as they are taken, for so many seconds or messages.</summary>
    internal static Schedule Unpaced(double seconds, long count = long.MaxValue) => new([], seconds, count);

    /// <summary>Whether nothing is left to be told at <paramref name="elapsed"/> ns.</summary>
    internal bool HasEnded(long elapsed) => Told >= Total || (!IsPaced && elapsed >= Length);

    /// <summary>The intended time of the next message, ns after the start; meaningless after the last.</summary>
    internal long Next(long elapsed)
    {
        if (!IsPaced)
        {
            return elapsed;
        }

        while (stage < stages.Length && inStage >= stages[stage].Count)
        {
            stageStart += Clock.Seconds(stages[stage].Seconds);
            stage++;
            inStage = 0;
        }

        return stage < stages.Length ? stageStart + (long)(inStage * 1e9 / stages[stage].Rate) : long.MaxValue;
    }

    /// <summary>The next message was taken.</summary>
    internal void Take()
    {
        Told++;
        inStage++;
    }

    /// <summary>Messages due by <paramref name="elapsed"/> ns, taken or not.</summary>
    internal long Due(long elapsed)
    {
        if (!IsPaced)
        {
            return Told;
        }

        long due = 0;
        long start = 0;
        foreach (Stage s in stages)
        {
            due += elapsed < start ? 0 : Math.Min((long)((elapsed - start) * s.Rate / 1e9) + 1, s.Count);
            start += Clock.Seconds(s.Seconds);
        }

        return due;
    }

    private readonly record struct Stage(double Seconds, double Rate)
    {
        public long Count => (long)Math.Round(Seconds * Rate);
    }
}
