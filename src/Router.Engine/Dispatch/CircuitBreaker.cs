namespace Router.Engine.Dispatch;

/// <summary>
/// Whether a provider account works, as its outcomes say: closed while they are good, open for a pause when they are bad, half-open to see. Single-threaded: it belongs to the dispatcher.
/// Times are timestamps of the injected clock.
/// </summary>
/// <remarks>
/// Opens when three quarters of at least <see cref="OutcomesMin"/> outcomes of the last ten seconds are bad (failed or unknown), or <see cref="InRowMax"/> came in a row and none was good for a second: with
/// much traffic the first would take half a minute to see that all fails, and rows of ten come by chance where half of them do. Three quarters, because an account that fails half of its
/// messages gets all through with their retries; a breaker that opens then would stop what works.
/// The pause begins with a second, doubles with each trial that fails up to 30 s, ± 20 % so that silos and accounts do not try together; a second closed for ten seconds begins anew.
/// </remarks>
internal sealed class CircuitBreaker(long frequency, Random random)
{
    /// <summary>Segments that may be under way while half-open; so many outcomes decide, most of them good to close.</summary>
    public const int Trials = 5;

    /// <summary>Fewer outcomes in the window say nothing.</summary>
    public const int OutcomesMin = 20;

    /// <summary>Bad ones in a row.</summary>
    public const int InRowMax = 10;

    private const int Buckets = 10;
    private const int PauseFirstMs = 1_000;
    private const int PauseLastMs = 30_000;
    private readonly int[] good = new int[Buckets];
    private readonly int[] bad = new int[Buckets];
    private long bucket;
    private long lastGoodAt = long.MinValue;
    private long closedAt = long.MinValue;
    private int badInRow;
    private int trialsGood;
    private int trialsBad;
    private int pauseMs;

    /// <summary>Where it stands. Read by any thread.</summary>
    public BreakerState State
    {
        get => (BreakerState)Volatile.Read(ref state);
        private set => Volatile.Write(ref state, (int)value);
    }

    private int state;

    /// <summary>When an open one lets trials leave.</summary>
    public long OpenUntil { get; private set; }

    /// <summary>Times it has opened.</summary>
    public long Opened { get; private set; }

    /// <summary>Counts outcomes; true when the state changed.</summary>
    public bool Count(in OutcomeCounts counts, long now)
    {
        if (counts.Good + counts.Bad == 0)
        {
            return false;
        }

        lastGoodAt = counts.Good > 0 || lastGoodAt == long.MinValue ? now : lastGoodAt;
        switch (State)
        {
            case BreakerState.Closed:
                return CountClosed(counts, now);
            case BreakerState.HalfOpen:
                trialsGood += counts.Good;
                trialsBad += counts.Bad;
                if (trialsGood + trialsBad < Trials)
                {
                    return false;
                }

                if (trialsGood > trialsBad)
                {
                    Close(now);
                }
                else
                {
                    Open(now);
                }

                return true;
            case BreakerState.Open:
                return false; // of what left before
            default:
                throw new InvalidOperationException($"no such state: {State}");
        }
    }

    /// <summary>Time has passed; true when the state changed.</summary>
    public bool Advance(long now)
    {
        if (State != BreakerState.Open || now < OpenUntil)
        {
            return false;
        }

        trialsGood = trialsBad = 0;
        State = BreakerState.HalfOpen;
        return true;
    }

    private bool CountClosed(in OutcomeCounts counts, long now)
    {
        badInRow = counts.Good > 0 ? counts.BadTail : badInRow + counts.Bad;
        MoveTo(now / frequency);
        good[bucket % Buckets] += counts.Good;
        bad[bucket % Buckets] += counts.Bad;
        if (counts.Bad == 0)
        {
            return false;
        }

        int goods = Sum(good);
        int bads = Sum(bad);
        bool mostBad = goods + bads >= OutcomesMin && bads >= 3 * (long)goods;
        if (!mostBad && (badInRow < InRowMax || now - lastGoodAt < frequency))
        {
            return false;
        }

        Open(now);
        return true;
    }

    private void Open(long now)
    {
        bool again = State == BreakerState.HalfOpen || (closedAt != long.MinValue && now - closedAt < Buckets * frequency);
        pauseMs = again ? Math.Min(PauseLastMs, Math.Max(PauseFirstMs, pauseMs * 2)) : PauseFirstMs;
        OpenUntil = now + (long)(pauseMs * (0.8 + (0.4 * random.NextDouble())) * frequency / 1_000);
        Opened++;
        State = BreakerState.Open;
    }

    private void Close(long now)
    {
        Array.Clear(good);
        Array.Clear(bad);
        badInRow = 0;
        closedAt = now;
        State = BreakerState.Closed;
    }

    private void MoveTo(long second)
    {
        for (long next = Math.Max(bucket + 1, second - Buckets + 1); next <= second; next++)
        {
            good[next % Buckets] = bad[next % Buckets] = 0;
        }

        bucket = Math.Max(bucket, second);
    }

    private static int Sum(int[] counts)
    {
        int sum = 0;
        foreach (int count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
