using System.Diagnostics;
using System.Globalization;

namespace Router.Simulation;

/// <summary>Runs seeds, on one thread each, until there are enough or time is over; prints what happened, and of a violation the shortest run that it finds.</summary>
internal sealed class Simulator(TextWriter output)
{
    private readonly Coverage coverage = new();
    private readonly Lock gate = new();
    private readonly Stopwatch clock = new();
    private int next;
    private int done;
    private long messages;
    private int failed;

    public required int Seeds { get; init; }

    public int From { get; init; } = 1;

    /// <summary>0: as long as it takes.</summary>
    public int Minutes { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Every run is cut after so many steps: to see a failure again.</summary>
    public int StepsCut { get; init; } = int.MaxValue;

    /// <summary>No seed is begun after one that failed.</summary>
    public bool EndsAtFailure { get; init; }

    /// <summary>What was violated; null: nothing.</summary>
    public string? Failure { get; private set; }

    /// <summary>False: a promise was broken, or something never happened that should have.</summary>
    public bool Run()
    {
        clock.Start();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(RunSeeds))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        foreach ((string what, long count) in coverage.All())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12} {what}"));
        }

        IReadOnlyList<string> missing = coverage.Missing();
        bool isEnough = done < Coverage.SeedsForAll || missing.Count == 0;
        if (missing.Count > 0)
        {
            output.WriteLine($"{(isEnough ? "too few seeds for" : "NEVER HAPPENED")}: {string.Join("; ", missing)}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done} seeds from {From}, {failed} failed, {messages} messages in {clock.Elapsed.TotalSeconds:F0} s: {done / clock.Elapsed.TotalSeconds:F1} seeds/s, {messages / clock.Elapsed.TotalSeconds:F0} messages/s, {Environment.CpuUsage.TotalTime.TotalMilliseconds / Math.Max(1, done):F1} ms of processor a seed"));
        if (!isEnough)
        {
            Failure ??= "never happened: " + string.Join("; ", missing);
        }

        return Failure is null;
    }

    private void RunSeeds()
    {
        while (Interlocked.Increment(ref next) is var turn && turn <= Seeds && !(EndsAtFailure && Failure is not null) && (Minutes == 0 || clock.Elapsed.TotalMinutes < Minutes))
        {
            var own = new Coverage();
            int seed = From + turn - 1;
            string? broken = Shrinker.RunOnce(seed, StepsCut, own, null, out int steps, out int posted);
            string? story = broken is null ? null : Shrinker.Tell(seed, steps, broken);
            lock (gate)
            {
                done++;
                messages += posted;
                coverage.Add(own);
                if (story is not null)
                {
                    failed++;
                    Failure ??= story;
                    output.WriteLine(story);
                }
                else if (done % 1_000 == 0)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} seeds, {done / clock.Elapsed.TotalSeconds:F1} seeds/s"));
                }
            }
        }
    }
}
