using System.Globalization;

namespace Router.Engine.Tests.Chaos;

/// <summary>Ownership stolen and lost in the middle of everything. <c>ROUTER_CHAOS_SEEDS</c>: how many runs; <c>ROUTER_CHAOS_FIRST</c>: the first seed.</summary>
public sealed class ChaosTests
{
    private const int SeedsInCi = 300;

    [Fact]
    public void Whatever_happens_to_ownership_every_promise_holds()
    {
        int first = Setting("ROUTER_CHAOS_FIRST", 1);
        int failed = 0;
        string? firstFault = null;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null); // what awaits goes on where it is answered: one thread
        try
        {
            for (int seed = first; seed < first + Setting("ROUTER_CHAOS_SEEDS", SeedsInCi); seed++)
            {
                using var run = new ChaosRun(seed);
                try
                {
                    run.Run();
                }
                catch (Exception fault) when (fault is not OutOfMemoryException)
                {
                    failed++;
                    firstFault ??= $"seed {seed}: {fault}\n{string.Join('\n', run.Logs.Lines)}";
                    TestContext.Current.SendDiagnosticMessage($"seed {seed}: {fault.Message.ReplaceLineEndings(" ")}");
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Assert.True(failed == 0, $"{failed} runs failed; {firstFault}");
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
