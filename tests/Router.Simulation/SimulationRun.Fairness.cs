namespace Router.Simulation;

/// <content>Fair shares, once all is at rest: what was there before must not stand in anybody's way.</content>
internal sealed partial class SimulationRun
{
    private void PostInTurn()
    {
    }
}
