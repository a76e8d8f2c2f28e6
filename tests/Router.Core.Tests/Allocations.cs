namespace Router.Core.Tests;

/// <summary>Measures what an operation allocates on this thread.</summary>
internal static class Allocations
{
    private const int WarmUps = 500;
    private const int Runs = 10_000;

    /// <summary>Fails when <paramref name="operation"/>, warmed up, allocates a byte in ten thousand runs.</summary>
    public static void AssertNone(Action operation)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            operation();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
        {
            operation();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
