namespace Router.Testing;

/// <summary>Measures what an operation allocates on this thread.</summary>
public static class Allocations
{
    private const int WarmUps = 500;
    private const int Runs = 10_000;

    /// <summary>
    /// The runtime counts by the thread's allocation context, which a collection that another thread asked for cuts short, and tiering may allocate once:
    /// what the operation allocates itself shows in every attempt, those do not.
    /// </summary>
    private const int Attempts = 5;

    /// <summary>Fails when <paramref name="operation"/>, warmed up, allocates a byte in each of five times <paramref name="runs"/> runs.</summary>
    public static void AssertNone(Action operation, int warmUps = WarmUps, int runs = Runs)
    {
        ArgumentNullException.ThrowIfNull(operation);
        for (int i = 0; i < warmUps; i++)
        {
            operation();
        }

        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < runs; i++)
            {
                operation();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
