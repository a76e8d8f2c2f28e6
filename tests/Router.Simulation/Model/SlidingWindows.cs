using System.Runtime.InteropServices;

namespace Router.Simulation.Model;

/// <summary>What left under each limit in the last second, wherever the second begins. Times are ticks of the clock that only goes on.</summary>
internal sealed class SlidingWindows(long ticksASecond)
{
    private readonly Dictionary<(string Of, int Silo, int Number, string Part), Queue<long>> windows = [];

    /// <summary>Counts a departure; returns how many were in the second that ends now.</summary>
    public int Count((string Of, int Silo, int Number, string Part) key, long now)
    {
        Queue<long> window = CollectionsMarshal.GetValueRefOrAddDefault(windows, key, out _) ??= new Queue<long>();
        while (window.TryPeek(out long first) && first <= now - ticksASecond)
        {
            window.Dequeue();
        }

        window.Enqueue(now);
        return window.Count;
    }
}
