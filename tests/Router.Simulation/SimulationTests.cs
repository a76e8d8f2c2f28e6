namespace Router.Simulation;

/// <summary>CI's share of the simulation: 2,000 seeds or three minutes on two cores, whichever ends first.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Whatever_happens_every_promise_holds()
    {
        var output = new StringWriter();
        var simulator = new Simulator(TextWriter.Synchronized(output)) { Seeds = 2_000, Minutes = 3, Threads = 2 };
        bool held = simulator.Run();
        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());
        Assert.True(held, simulator.Failure);
    }
}
