namespace Router.LoadTest.Scenarios;

internal sealed class Million : Scenario
{
    internal override string Name => "million";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
