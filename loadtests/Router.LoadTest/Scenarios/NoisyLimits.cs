namespace Router.LoadTest.Scenarios;

internal sealed class NoisyLimits : Scenario
{
    internal override string Name => "noisy-limits";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
