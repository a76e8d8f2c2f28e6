using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Chaos;

/// <summary>The world's time as one silo sees it: its timers die with it, and an engine that goes round without time passing is found out.</summary>
internal sealed class SiloTime(SteppedTime world) : TimeProvider
{
    private const int LooksMax = 1_000_000;
    private readonly List<ITimer> timers = [];
    private long lookedAt;
    private int looks;
    private bool dead;

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

    public override long GetTimestamp()
    {
        long now = world.GetTimestamp();
        looks = now == lookedAt ? looks + 1 : 0;
        lookedAt = now;
        return looks < LooksMax ? now : throw new InvalidOperationException("the engine goes round without end");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = world.CreateTimer(
            inner =>
            {
                if (!dead)
                {
                    callback(inner);
                }
            },
            state, dueTime, period);
        timers.Add(timer);
        return timer;
    }

    public void Die()
    {
        dead = true;
        timers.ForEach(static timer => timer.Dispose());
    }
}
