using Microsoft.Extensions.Time.Testing;

namespace Router.Engine.Tests.Harness;

/// <summary>Fake time whose wall clock can jump while the monotonic one goes on.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly FakeTimeProvider inner = new(DateTimeOffset.FromUnixTimeMilliseconds(Testing.Some.NowMs));

    /// <summary>Wall clock minus monotonic clock.</summary>
    public TimeSpan Shift { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Shift;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);

    public void Advance(int ms) => inner.Advance(TimeSpan.FromMilliseconds(ms));
}
