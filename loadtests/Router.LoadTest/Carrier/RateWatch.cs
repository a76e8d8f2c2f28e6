namespace Router.LoadTest.Carrier;

/// <summary>
/// Holds messages of each sender (or of all senders that begin alike) to a rate: in no second more than the limit, so limit + 1 arrivals span a second at least. Keeps how narrow the
/// narrowest was: what is on the way a moment longer than its neighbour brings arrivals closer than departures, and how much of that is believed is the reader's to say.
/// </summary>
/// <param name="prefix">Digits of a sender by which it is told from others; 0: all of them.</param>
/// <param name="perSecond">The limit.</param>
/// <param name="begin">How senders begin that are meant.</param>
internal sealed class RateWatch(int prefix, int perSecond, string begin)
{
    private const long Second = 1_000_000_000;

    private readonly byte[] begin = System.Text.Encoding.ASCII.GetBytes(begin);
    private readonly Dictionary<ulong, Window> windows = [];

    /// <summary>Senders seen.</summary>
    internal int Senders => windows.Count;

    /// <summary>The shortest time in which a limit + 1 came, ns; the longest possible when none did.</summary>
    internal long Narrowest { get; private set; } = long.MaxValue;

    /// <summary>How often a limit + 1 came within less than a second.</summary>
    internal long Within { get; private set; }

    internal void Add(ReadOnlySpan<byte> sender, long at)
    {
        if (!sender.StartsWith(begin))
        {
            return;
        }

        ulong key = 14_695_981_039_346_656_037;
        foreach (byte digit in prefix == 0 ? sender : sender[..Math.Min(prefix, sender.Length)])
        {
            key = (key ^ digit) * 1_099_511_628_211; // FNV-1a
        }

        if (!windows.TryGetValue(key, out Window? window))
        {
            windows.Add(key, window = new Window(new long[perSecond]));
        }

        ref long oldest = ref window.Times[window.Count % perSecond];
        if (window.Count >= perSecond)
        {
            long span = at - oldest;
            Narrowest = Math.Min(Narrowest, span);
            Within += span < Second ? 1 : 0;
        }

        oldest = at;
        window.Count++;
    }

    private sealed class Window(long[] times)
    {
        public long[] Times { get; } = times;

        public long Count { get; set; }
    }
}
