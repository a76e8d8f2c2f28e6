namespace Router.Providers.Smpp;

/// <summary>
/// An account's speed after its carrier said throttled (0x58) or queue full (0x14): free until the first such answer, then a rate that follows what the carrier takes.
/// </summary>
/// <remarks>
/// Each 200 ms with throttled answers lower the rate by half their share, and every 200 ms raise it by 3 %: it settles where 6 % are throttled, so that chance refusals do
/// not choke an account while a hard limit is met closely. Eight throttled answers in a row (a window sent against a closed door) pause all binds for a second and go on at what
/// the carrier took in the second before. Above <see cref="FreeRate"/> it is free again. By account, not by bind: that is what carriers count, and a bind that rested alone
/// would hold its conversations' messages in front of the others. Times are any monotonic ms. Thread-safe.
/// </remarks>
internal sealed class Pace
{
    /// <summary>A rate from which on it does not limit.</summary>
    public const double FreeRate = 100_000;

    /// <summary>A pause in ms.</summary>
    public const int PauseMs = 1_000;

    private const int IntervalMs = 200;
    private const int InARow = 8;
    private const double Raise = 1.03;

    // Departures that may be made up for after a late wake-up.
    private const double BurstSeconds = 0.1;

    private readonly Lock gate = new();
    private readonly int[] taken = new int[1_000 / IntervalMs]; // sent answers of the last second, by interval
    private long interval = long.MinValue;
    private int sent;
    private int throttled;
    private int row;
    private double rate;
    private double tokens;
    private long refilledMs;
    private long pausedUntilMs = long.MinValue;
    private volatile bool limited;

    /// <summary>Whether it limits now.</summary>
    public bool Limited => limited;

    /// <summary>Departures a second; <see cref="FreeRate"/> when it does not limit.</summary>
    public double Rate
    {
        get
        {
            lock (gate)
            {
                return limited ? rate : FreeRate;
            }
        }
    }

    /// <summary>Whether a submit may leave now; if so it is counted.</summary>
    public bool TryTake(long nowMs)
    {
        if (!limited)
        {
            return true;
        }

        lock (gate)
        {
            Turn(nowMs);
            if (!limited)
            {
                return true;
            }

            Refill(nowMs);
            if (nowMs < pausedUntilMs || tokens < 1)
            {
                return false;
            }

            tokens--;
            return true;
        }
    }

    /// <summary>How many more than those without an answer make sense to hand over: what leaves within 200 ms, 0 in a pause, all when it does not limit.</summary>
    public int Ahead(long nowMs)
    {
        if (!limited)
        {
            return int.MaxValue;
        }

        lock (gate)
        {
            Turn(nowMs);
            return !limited ? int.MaxValue : nowMs < pausedUntilMs ? 0 : Math.Max(1, (int)(rate * IntervalMs / 1_000));
        }
    }

    /// <summary>Takes an answer into account. True when it began a pause; then <paramref name="pauseMs"/> is its length, else what is left of one.</summary>
    public bool Answered(long nowMs, bool isThrottled, out int pauseMs)
    {
        lock (gate)
        {
            Turn(nowMs);
            pauseMs = 0;
            if (!isThrottled)
            {
                sent++;
                row = 0;
                return false;
            }

            throttled++;
            bool pause = ++row >= InARow && nowMs >= pausedUntilMs;
            if (pause)
            {
                row = 0;
                Limit(nowMs, PerSecond());
                pausedUntilMs = nowMs + PauseMs;
            }

            pauseMs = (int)Math.Max(0, pausedUntilMs - nowMs);
            return pause;
        }
    }

    // Closes the interval that is over. Intervals without a call in them raise the rate too.
    private void Turn(long nowMs)
    {
        long now = nowMs / IntervalMs;
        if (now == interval)
        {
            return;
        }

        long passed = interval == long.MinValue ? 0 : now - interval;
        if (passed > 0 && throttled > 0)
        {
            double share = (double)throttled / (sent + throttled);
            double speed = limited ? rate : Math.Max(PerSecond() + (throttled * 1_000.0 / IntervalMs), 1);
            Limit(nowMs, speed * (1 - (share / 2)));
        }

        if (passed > 0 && limited && nowMs >= pausedUntilMs)
        {
            rate *= Math.Pow(Raise, Math.Min(passed, 1_000));
            limited = rate < FreeRate;
        }

        for (long i = 0; i < Math.Min(passed, taken.Length); i++)
        {
            taken[(now - i) % taken.Length] = 0;
        }

        if (passed > 0 && passed < taken.Length)
        {
            taken[interval % taken.Length] = sent;
        }

        interval = now;
        sent = 0;
        throttled = 0;
    }

    private void Limit(long nowMs, double perSecond)
    {
        if (!limited)
        {
            refilledMs = nowMs;
            tokens = 0;
        }

        rate = Math.Max(1, perSecond);
        limited = true;
    }

    private void Refill(long nowMs)
    {
        tokens = Math.Min(tokens + ((nowMs - refilledMs) * rate / 1_000), Math.Max(1, rate * BurstSeconds));
        refilledMs = nowMs;
    }

    private int PerSecond()
    {
        int all = sent;
        foreach (int part in taken)
        {
            all += part;
        }

        return all;
    }
}
