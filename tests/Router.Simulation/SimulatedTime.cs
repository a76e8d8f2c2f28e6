using Router.Testing;

namespace Router.Simulation;

/// <summary>The world's clocks: one that only goes on, and a wall clock that jumps. Timers are called in the order in which they are due.</summary>
internal sealed class SimulatedTime : TimeProvider
{
    public const long TicksAMs = TimeSpan.TicksPerMillisecond;
    private readonly PriorityQueue<(SimulatedTimer Timer, long Order), (long Due, long Order)> timers = new();
    private long now = 1_000_000 * TicksAMs; // some machine that runs for a while already
    private long order;

    /// <summary>How far the wall clock was set.</summary>
    public TimeSpan Shift { get; set; }

    public long NowMs => GetUtcNow().ToUnixTimeMilliseconds();

    public override long TimestampFrequency => TicksAMs * 1_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Some.NowMs - 1_000_000).AddTicks(now) + Shift;

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(int ms)
    {
        long target = now + (ms * TicksAMs);
        while (timers.TryPeek(out (SimulatedTimer Timer, long Order) next, out (long Due, long Order) at) && at.Due <= target)
        {
            timers.Dequeue();
            if (next.Timer.IsSetAs(next.Order))
            {
                now = Math.Max(now, at.Due);
                next.Timer.Fire();
            }
        }

        now = target;
    }

    private long Add(SimulatedTimer timer, TimeSpan dueTime)
    {
        order++;
        timers.Enqueue((timer, order), (now + dueTime.Ticks, order));
        return order;
    }

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan every;
        private long setAs;

        public bool IsSetAs(long order) => setAs == order;

        public void Fire()
        {
            setAs = every > TimeSpan.Zero ? time.Add(this, every) : 0;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            every = period;
            setAs = dueTime >= TimeSpan.Zero ? time.Add(this, dueTime) : 0;
            return true;
        }

        public void Dispose() => setAs = 0;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
