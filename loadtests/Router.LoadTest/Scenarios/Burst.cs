namespace Router.LoadTest.Scenarios;

internal sealed class Burst : Scenario
{
    internal override string Name => "burst";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
