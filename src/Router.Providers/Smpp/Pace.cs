namespace Router.Providers.Smpp;

/// <summary>
/// An account's speed after its carrier said throttled (0x58) or queue full (0x14): free until they are more than chance, then a rate that follows what the carrier takes.
/// </summary>
/// <remarks>
/// Looks at a second at a time. More than a tenth of its answers throttled: from now on a rate, what the carrier took in that second. Under a rate, more than 6 % throttled
/// set it anew; else it rises by 5 %, twice as much after each second without any, up to 40 %. So a hard limit is met closely, and refusals by chance do not choke an account.
/// Eight throttled answers in a row (a window sent against a closed door) pause all binds for 200 ms, twice as long each time until one is taken, up to 2 s. Above
/// <see cref="FreeRate"/> it is free again. By account, not by bind: that is what carriers count, and a bind that rested alone would hold its conversations' messages in
/// front of the others. Times are any monotonic ms. Thread-safe.
/// </remarks>
internal sealed class Pace
{
    /// <summary>A rate from which on it does not limit.</summary>
    public const double FreeRate = 100_000;

    private const int PeriodMs = 1_000;
    private const int InARow = 8;
    private const int PauseFirstMs = 200;
    private const int PauseLastMs = 2_000;
    private const double ShareToLimit = 0.10;
    private const double ShareMax = 0.06;
    private const double RaiseFirst = 0.05;
    private const double RaiseLast = 0.40;

    // Departures that may be made up for after a late wake-up, and handed over ahead.
    private const double AheadSeconds = 0.2;

    private readonly Lock gate = new();
    private long period = long.MinValue;
    private int sent;
    private int throttled;
    private int row;
    private int pause = PauseFirstMs;
    private double rate;
    private double raise = RaiseFirst;
    private double tokens;
    private long refilledMs;
    private long pausedUntilMs = long.MinValue;
    private volatile bool limited;

    /// <summary>Whether it limits now.</summary>
    public bool Limited => limited;

    /// <summary>Departures a second; <see cref="FreeRate"/> when there is no rate.</summary>
    public double Rate
    {
        get
        {
            lock (gate)
            {
                return rate == 0 ? FreeRate : rate;
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
            if (nowMs < pausedUntilMs)
            {
                return false;
            }

            if (rate == 0)
            {
                limited = false; // it was a pause alone
                return true;
            }

            tokens = Math.Min(tokens + ((nowMs - refilledMs) * rate / 1_000), Math.Max(1, rate * AheadSeconds));
            refilledMs = nowMs;
            if (tokens < 1)
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
            return nowMs < pausedUntilMs ? 0 : rate == 0 ? int.MaxValue : Math.Max(1, (int)(rate * AheadSeconds));
        }
    }

    /// <summary>Takes an answer into account. True when it began a pause. <paramref name="pauseMs"/> is what is left of one.</summary>
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
                pause = PauseFirstMs;
                return false;
            }

            throttled++;
            bool begins = ++row >= InARow && nowMs >= pausedUntilMs;
            if (begins)
            {
                row = 0;
                limited = true;
                pausedUntilMs = nowMs + pause;
                pause = Math.Min(pause * 2, PauseLastMs);
            }

            pauseMs = (int)Math.Max(0, pausedUntilMs - nowMs);
            return begins;
        }
    }

    // Closes the second that is over. Seconds without a call raise the rate too.
    private void Turn(long nowMs)
    {
        long now = nowMs / PeriodMs;
        if (now == period)
        {
            return;
        }

        long passed = period == long.MinValue ? 0 : now - period;
        double share = throttled == 0 ? 0 : (double)throttled / (sent + throttled);
        if (passed > 0 && share > (rate == 0 ? ShareToLimit : ShareMax))
        {
            tokens = rate == 0 ? 0 : tokens;
            refilledMs = rate == 0 ? nowMs : refilledMs;
            rate = Math.Max(1, sent);
            limited = true;
            passed--;
        }

        raise = throttled > 0 ? RaiseFirst : raise;
        for (long i = Math.Min(passed, 100); i > 0 && rate > 0; i--)
        {
            rate *= 1 + raise;
            raise = Math.Min(raise * 2, RaiseLast);
        }

        if (rate >= FreeRate)
        {
            rate = 0;
        }

        period = now;
        sent = 0;
        throttled = 0;
    }
}
