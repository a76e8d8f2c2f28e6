using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Streams.Out;

/// <summary>Which segments of a message an outcome is due for.</summary>
internal readonly struct SegmentsDue(in Departure departure)
{
    private readonly byte[]? done = departure.SegmentsDone;

    public MessageId Message { get; } = departure.Id;

    public long Epoch { get; } = departure.Epoch;

    public int First { get; } = departure.FirstSegment;

    public int Count { get; } = departure.SegmentCount;

    /// <summary>Whether one is due for segment <see cref="First"/> + <paramref name="index"/>.</summary>
    public bool IsDue(int index)
    {
        int segment = First + index;
        return done is null || segment / 8 >= done.Length || (done[segment / 8] & (1 << (segment % 8))) == 0;
    }
}
