namespace Router.LoadTest.Scenarios;

internal sealed class Overload : Scenario
{
    internal override string Name => "overload";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
