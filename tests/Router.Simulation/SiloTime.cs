namespace Router.Simulation;

/// <summary>The world's time as one silo sees it: its timers die with it, wait while it is frozen, and an engine that goes round without time passing is found out.</summary>
internal sealed class SiloTime(SimulatedTime world) : TimeProvider
{
    private const int LooksMax = 1_000_000;
    private readonly List<(TimerCallback Callback, object? State)> late = [];
    private long lookedAt;
    private int looks;
    private bool dead;
    private bool frozen;

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

    public override long GetTimestamp()
    {
        long now = world.GetTimestamp();
        looks = now == lookedAt ? looks + 1 : 0;
        lookedAt = now;
        return looks < LooksMax ? now : throw new Violation("the engine goes round without end");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(static inner => ((SiloTimer)inner!).Fire(), new SiloTimer(this, callback, state), dueTime, period);

    public void Freeze() => frozen = true;

    /// <summary>What came due meanwhile is called now, each timer once.</summary>
    public void Wake()
    {
        frozen = false;
        (TimerCallback Callback, object? State)[] due = [.. late.Distinct()];
        late.Clear();
        foreach ((TimerCallback callback, object? state) in due)
        {
            callback(state);
        }
    }

    public void Die() => dead = true;

    private sealed class SiloTimer(SiloTime time, TimerCallback callback, object? state)
    {
        public void Fire()
        {
            if (time.frozen)
            {
                time.late.Add((callback, state));
            }
            else if (!time.dead)
            {
                callback(state);
            }
        }
    }
}
