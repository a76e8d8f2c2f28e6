namespace Router.LoadTest.Scenarios;

internal sealed class Campaign : Scenario
{
    internal override string Name => "campaign";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
