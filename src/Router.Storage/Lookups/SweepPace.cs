using Router.Storage.Memory;

namespace Router.Storage.Lookups;

/// <summary>
/// Has a sweep rest between short turns of work while nothing waits for it: it shares cores and disk with messages that somebody does wait for. About a fifth of a core, until what grows in memory is
/// half full.
/// </summary>
/// <param name="memory">Says whether there is time.</param>
/// <param name="time">Measures turns.</param>
/// <param name="stop">Set: no more rests.</param>
internal sealed class SweepPace(JournalMemory memory, TimeProvider time, WaitHandle stop)
{
    private const int RestMs = 1;
    private static readonly TimeSpan Turn = TimeSpan.FromMicroseconds(250);
    private long turnBegan;
    private int hurrying = 1; // the start: it waits for what is swept

    /// <summary>Somebody waits for what is swept, or waits no more. Any thread.</summary>
    public void Hurry(bool waits) => Interlocked.Add(ref hurrying, waits ? 1 : -1);

    /// <summary>Rests if the turn is over and there is time. The sweeper's thread, wherever it could stand still; under no lock.</summary>
    public void Rest()
    {
        if (time.GetElapsedTime(turnBegan) < Turn)
        {
            return;
        }

        if (Volatile.Read(ref hurrying) == 0 && HasTime())
        {
            stop.WaitOne(RestMs);
        }

        turnBegan = time.GetTimestamp();
    }

    private bool HasTime()
    {
        lock (memory.Gate)
        {
            return memory.HasTime;
        }
    }
}
