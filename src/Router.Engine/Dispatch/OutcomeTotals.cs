using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>What an account said of segments so far, by outcome. Any thread; 0 B.</summary>
internal sealed class OutcomeTotals
{
    private readonly long[] counts = new long[8];

    /// <summary>Counts one.</summary>
    public void Add(OutcomeKind kind) => Interlocked.Increment(ref counts[(int)kind]);

    /// <summary>All so far, by the number of <see cref="OutcomeKind"/>.</summary>
    public long[] All() => [.. counts.Select((_, i) => Volatile.Read(ref counts[i]))];

    /// <summary>How many so far.</summary>
    public long Of(OutcomeKind kind) => Volatile.Read(ref counts[(int)kind]);
}
