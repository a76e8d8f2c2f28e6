namespace Router.Simulation;

/// <content>Receipts without a message are held up to a bound; beyond it their carriers tell them again.</content>
internal sealed partial class SimulationRun
{
    // Those under way when it is full were let in before; what is taken up with a shard was let in by another.
    private void LookAtUnmatched()
    {
        foreach (SimulatedSilo silo in silos)
        {
            int held = silo.Engine.Receipts.UnmatchedCount;
            if (held >= Options.UnmatchedReceiptsMax)
            {
                Coverage.Count("act: unmatched full");
                int allowed = Options.UnmatchedReceiptsMax + Carriers.UnansweredPeak + silo.UnmatchedTaken;
                Violation.Unless(held <= allowed, $"silo {silo.Number} holds {held} receipts without a message, {Options.UnmatchedReceiptsMax} and {allowed - Options.UnmatchedReceiptsMax} under way or taken up are allowed");
            }
        }
    }
}
