using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine.Dispatch;

/// <summary>A provider as the dispatcher sees it: its window, what is in flight, and its lanes by class.</summary>
internal sealed class ProviderLink
{
    // Every sixteenth turn goes to a class behind the first: a lower class still gets a share (R3.2).
    private const int ShareTurn = 16;
    private readonly LaneClass[] classes = new LaneClass[LaneKey.Classes];
    private int turns;
    private int sharedClass;
    private Counter unkept = new();

    public ProviderLink(ProviderAccount account, IProvider provider)
    {
        Account = account;
        Provider = provider;
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = new LaneClass();
        }
    }

    /// <summary>The account.</summary>
    public ProviderAccount Account { get; }

    /// <summary>The provider.</summary>
    public IProvider Provider { get; }

    /// <summary>What it said of segments so far, over all links of the account.</summary>
    public OutcomeTotals Outcomes { get; private set; } = new();

    /// <summary>At least one session is up. Read by any thread.</summary>
    public volatile bool Up;

    /// <summary>Takes nothing any more: it was removed, changed or disabled.</summary>
    public volatile bool Closed;

    /// <summary>Segments asked for or released and without an outcome.</summary>
    public int InFlight { get; set; }

    /// <summary>Monotonic time until which it is not asked for more, after it was throttled; 0: none.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Present pause after being throttled, ms; doubles while it lasts.</summary>
    public int PauseMs { get; set; }

    /// <summary>Outcomes that are not kept yet. Any thread.</summary>
    public int Unkept => Volatile.Read(ref unkept.Value);

    /// <summary>A release waits because too many outcomes are not kept yet.</summary>
    public volatile bool WaitsForKeeping;

    /// <summary>Adds to the outcomes that are not kept yet.</summary>
    public void AddUnkept(int count) => Interlocked.Add(ref unkept.Value, count);

    /// <summary>Takes over what the link before it has in flight and unkept; the count of the latter is shared, for others still hold that link. Before it is published.</summary>
    public void Succeed(ProviderLink before)
    {
        InFlight = before.InFlight;
        PausedUntil = before.PausedUntil;
        PauseMs = before.PauseMs;
        unkept = before.unkept;
        Outcomes = before.Outcomes;
    }

    /// <summary>Segments in flight at most.</summary>
    public int Window => Math.Min(Provider.Window, Account.Settings.Limits.InFlight ?? int.MaxValue);

    /// <summary>Segments that may be asked for now.</summary>
    public int Room(int unkeptMax)
    {
        int window = Window;
        // In flight and unkept together are what a crash may send twice: at most a window and unkeptMax (DESIGN §4.4).
        return Math.Min(window - InFlight, window + unkeptMax - InFlight - Unkept);
    }

    /// <summary>Queues a lane that is ready.</summary>
    public void Add(DispatchLane lane) => classes[lane.Key.Class].Add(lane);

    /// <summary>Takes the lane whose turn it is; null: none is ready.</summary>
    public DispatchLane? Take()
    {
        int first = 0;
        while (first < classes.Length && !classes[first].HasReady)
        {
            first++;
        }

        if (first == classes.Length)
        {
            return null;
        }

        if (++turns % ShareTurn == 0)
        {
            for (int i = 0; i < classes.Length; i++)
            {
                sharedClass = (sharedClass + 1) % classes.Length;
                if (sharedClass > first && classes[sharedClass].HasReady)
                {
                    return classes[sharedClass].Take();
                }
            }
        }

        return classes[first].Take();
    }

    private sealed class Counter
    {
        public int Value;
    }
}
