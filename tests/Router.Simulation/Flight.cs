using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Simulation;

/// <summary>A segment that a <see cref="SimulatedProvider"/> was handed.</summary>
internal sealed class Flight(in Departure departure, byte segment, string from)
{
    public MessageId Message { get; } = departure.Id;

    public byte Segment { get; } = segment;

    /// <summary>The sender that it leaves with.</summary>
    public string From { get; } = from;

    public long ReleaseEnd { get; } = departure.ReleaseEnd;

    public long ValidUntilMs { get; } = departure.ValidUntilMs;

    public long Epoch { get; } = departure.Epoch;

    /// <summary>How it will end; default: not written.</summary>
    public OutcomeKind Kind { get; set; }

    public ulong ReceiptKey { get; set; }
}
