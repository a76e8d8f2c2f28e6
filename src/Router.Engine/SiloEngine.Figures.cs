using Router.Engine.Figures;

namespace Router.Engine;

/// <content>What the engine tells people of itself.</content>
public sealed partial class SiloEngine
{
    /// <summary>How it is now; made when asked for.</summary>
    public EngineFigures Figures() => new()
    {
        Messages = [.. Counts.All().Select(static c => new StatusCount(c.Status, c.Reason, c.Count))],
        WaitHalf = Meter.WaitOf(0.5),
        WaitMost = Meter.WaitOf(0.99),
        ReceiptsAwaited = Receipts.AwaitedCount,
        ReceiptsUnmatched = Receipts.UnmatchedCount,
        Limits = Dispatcher.ReachedLimits,
    };
}
