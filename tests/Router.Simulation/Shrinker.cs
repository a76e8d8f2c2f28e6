using System.Globalization;

namespace Router.Simulation;

/// <summary>Finds a short run of a seed that fails: the same steps, with the faults stopped earlier.</summary>
internal static class Shrinker
{
    private const int TraceLines = 100;

    /// <summary>Runs a seed; null: all promises held.</summary>
    public static string? RunOnce(int seed, int stepsCut, Coverage coverage, Action<string>? trace, out int steps, out int posted)
    {
        using var run = new SimulationRun(seed, coverage, stepsCut) { Trace = trace };
        try
        {
            run.Run();
            return null;
        }
        catch (Violation violation)
        {
            return violation.Message;
        }
        catch (OutOfMemoryException)
        {
            return "it grows without end"; // the heap of this program is limited
        }
#pragma warning disable CA1031 // Whatever the router throws is a finding, told with its seed.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return $"{fault}\n{string.Join('\n', run.Logs.Lines)}";
        }
        finally
        {
            steps = run.Steps + 1; // the one that it failed in, too
            posted = run.PostedCount;
        }
    }

    /// <summary>The violation with its seed, the shortest failing prefix found and the last steps of that.</summary>
    public static string Tell(int seed, int steps, string broken)
    {
        // What fails after k steps need not fail after k + 1: halves find a short one, not always the shortest.
        int low = 0;
        int high = steps;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (RunOnce(seed, middle, new Coverage(), null, out _, out _) is { } sooner)
            {
                high = middle;
                broken = sooner;
            }
            else
            {
                low = middle + 1;
            }
        }

        var lines = new Queue<string>();
        string? again = RunOnce(seed, high, new Coverage(), line =>
        {
            lines.Enqueue(line);
            if (lines.Count > TraceLines)
            {
                lines.Dequeue();
            }
        }, out _, out int posted);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"VIOLATION seed {seed}: {broken}\nshortest prefix found: {high} of {steps} steps, {posted} messages (tests/simulate --seeds 1 --from {seed} --steps {high}){(again is null ? "; IT DOES NOT FAIL AGAIN: the run is not deterministic" : "")}\n{string.Join('\n', lines)}\n");
    }
}
