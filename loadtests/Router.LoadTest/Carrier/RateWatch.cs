namespace Router.LoadTest.Carrier;

/// <summary>
/// Holds messages of each sender (or of all senders that begin alike) to a rate: in no such stretch of seconds more than the limit allows, so one arrival more spans the stretch at least. Keeps how narrow the
/// narrowest was: what is on the way a moment longer than its neighbour brings arrivals closer than departures, and how much of that is believed is the reader's to say.
/// </summary>
/// <param name="prefix">Digits of a sender by which it is told from others; 0: all of them.</param>
/// <param name="perSecond">The limit.</param>
/// <param name="begin">How senders begin that are meant.</param>
/// <param name="seconds">Over so many seconds: over one, what is held up on the way hides a rate that is a little too high; over ten it doesn't.</param>
internal sealed class RateWatch(int prefix, int perSecond, string begin, int seconds = 1)
{
    private readonly int allowed = perSecond * seconds;
    private readonly long stretch = Load.Clock.Seconds(seconds);
    private readonly byte[] begin = System.Text.Encoding.ASCII.GetBytes(begin);
    private readonly Dictionary<ulong, Window> windows = [];

    /// <summary>Senders seen.</summary>
    internal int Senders => windows.Count;

    /// <summary>Messages of the sender that had the fewest; 0: none was seen.</summary>
    internal long Least => windows.Values.Select(static w => w.Count).DefaultIfEmpty().Min();

    /// <summary>Messages of the sender that had the most.</summary>
    internal long Most => windows.Values.Select(static w => w.Count).DefaultIfEmpty().Max();

    /// <summary>The shortest time in which one more came than is allowed, ns; the longest possible when none did.</summary>
    internal long Narrowest { get; private set; } = long.MaxValue;

    /// <summary>How often one more came within less than the seconds.</summary>
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
            windows.Add(key, window = new Window(new long[allowed]));
        }

        ref long oldest = ref window.Times[window.Count % allowed];
        if (window.Count >= allowed)
        {
            long span = at - oldest;
            Narrowest = Math.Min(Narrowest, span);
            Within += span < stretch ? 1 : 0;
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
