namespace Router.LoadTest.Scenarios;

internal sealed class Soak : Scenario
{
    internal override string Name => "soak";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
