using Router.Engine.Receipts;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>Clocks and timers. One ticker for all shards; one timer for the dispatcher's next look.</content>
public sealed partial class SiloEngine
{
    private readonly ITimer tickTimer;
    private readonly ITimer pokeTimer;
    private readonly Lock pokeGate = new();
    private long pokeAt = long.MaxValue;
    private const long LookAgainEveryMs = 5_000;
    private long lastReceiptSweep;
    private long lastLookAgain;

    /// <summary>Monotonic time in the time provider's own ticks.</summary>
    internal long Timestamp => Time.GetTimestamp();

    /// <summary>The same in ms.</summary>
    internal long MonotonicMs => Timestamp / Ticks(1);

    /// <summary>Wall clock, Unix ms.</summary>
    internal long UnixMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Milliseconds in ticks of <see cref="Timestamp"/>.</summary>
    internal long Ticks(long ms) => ms * Time.TimestampFrequency / 1000;

    /// <summary>Has the dispatcher look again at <paramref name="timestamp"/>.</summary>
    internal void PokeDispatcherAt(long timestamp)
    {
        lock (pokeGate)
        {
            if (timestamp >= pokeAt)
            {
                return;
            }

            pokeAt = timestamp;
            pokeTimer.Change(Delay(timestamp), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Delay(long timestamp)
    {
        long now = Timestamp;
        return timestamp <= now ? TimeSpan.Zero : Time.GetElapsedTime(now, timestamp) + TimeSpan.FromMilliseconds(1);
    }

    private void OnPokeTimer()
    {
        lock (pokeGate)
        {
            pokeAt = long.MaxValue;
        }

        Dispatcher.Poke();
    }

    private void OnTick()
    {
        foreach (ShardOwner? owner in owners)
        {
            owner?.Tick();
        }

        if (Clock.Look())
        {
            Log.Clock(Clock.Trouble);
        }

        if (Memory.Look())
        {
            Log.Memory(Memory.ShortBecause);
        }

        long now = MonotonicMs;
        if (now - lastReceiptSweep >= 60_000)
        {
            lastReceiptSweep = now;
            ForgetOldReceipts();
        }

        if (now - lastLookAgain >= LookAgainEveryMs)
        {
            lastLookAgain = now;
            LookAgain();
        }
    }

    private void ForgetOldReceipts()
    {
        var expired = new List<ReceiptTask>();
        Receipts.TakeExpired(UnixMs - ReceiptIndex.CountsForMs, expired);
        expired.ForEach(CloseUnmatched);

        if (expired.Count > 0)
        {
            Log.ReceiptsExpired(expired.Count);
        }
    }
}
