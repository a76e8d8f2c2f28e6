namespace Router.LoadTest.Scenarios;

internal sealed class CarrierDown : Scenario
{
    internal override string Name => "carrier-down";

    internal override Task RunAsync(LoadRun run) => throw new NotSupportedException();
}
