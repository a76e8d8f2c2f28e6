using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Engine.Tests.Chaos;

/// <summary>A segment that a <see cref="ChaosProvider"/> was handed.</summary>
internal sealed class ChaosFlight(MessageId message, byte segment, long releaseEnd, long epoch)
{
    public MessageId Message { get; } = message;

    public byte Segment { get; } = segment;

    public long ReleaseEnd { get; } = releaseEnd;

    public long Epoch { get; } = epoch;

    /// <summary>How it will end; default: not written.</summary>
    public OutcomeKind Kind { get; set; }

    public ulong ReceiptKey { get; set; }
}
