using Router.Core.Webhooks;
using Router.Engine.Journal;

namespace Router.Engine.Webhooks;

/// <summary>
/// The rules of delivering to one webhook: which event may go next, when one that was not taken is tried again, what is done. Plain and single-threaded, without a clock: the
/// loop around it brings the time and does the sending.
/// </summary>
/// <remarks>
/// A window over the log of at most <see cref="SizeMax"/> events, in their order. An event goes once all before it with the same <see cref="DeliveryOrder"/> are done; the others go
/// on beside it. Two things are told apart: an event that the receiver does not take (others are) waits by itself, and a receiver that takes nothing
/// (<see cref="FailuresMax"/> in a row) is knocked at: with one event at a time, another each time, so that no single event stops the rest, and at pauses of its own, so that one that is
/// back has new events within minutes however long it was away; the first that is taken ends that.
/// </remarks>
public sealed class DeliveryWindow
{
    /// <summary>Events in it at most: 64 of some 150 bytes are 10 KB a webhook that has something to tell, and as many conversations go beside one that waits.</summary>
    public const int SizeMax = 64;

    /// <summary>Failures in a row after which it is knocked. As many as go at once: what was under way when the receiver died counts as one knock.</summary>
    public const int FailuresMax = UnderWayMax;

    /// <summary>Events under way at once.</summary>
    public const int UnderWayMax = 8;

    private readonly List<Delivery> window = new(0);
    private readonly HashSet<DeliveryOrder> before = [];
    private readonly Dictionary<LogPosition, DeliveryRetry> retries;
    private readonly HashSet<LogPosition> done;
    private readonly Random jitter;
    private LogPosition position;
    private long failingSinceMs;
    private long pausedUntilMs;
    private int failures;
    private int pauses;
    private long given;
    private long givenWhenTaken;
    private long givenWhenPaused;

    /// <summary>Goes on from what was kept.</summary>
    public DeliveryWindow(DeliveryProgress from, Random jitter)
    {
        ArgumentNullException.ThrowIfNull(from);
        this.jitter = jitter;
        position = Looked = from.Position;
        retries = from.Retries.ToDictionary(static r => r.Position);
        done = [.. from.Done];
        failingSinceMs = from.FailingSinceMs;
        failures = from.Failures;
        pauses = from.Pauses;
        pausedUntilMs = from.PausedUntilMs;
        GivenUp = from.GivenUp;
    }

    /// <summary>Whether it is delivered to; once it is not, nothing is given out any more.</summary>
    public DeliveryState State { get; private set; }

    /// <summary>Up to where the log was looked at.</summary>
    public LogPosition Looked { get; private set; }

    /// <summary>Events that may be added.</summary>
    public int Room => SizeMax - window.Count;

    /// <summary>Events given out and not answered.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Whether nothing has failed since the last was taken, or none was tried yet; what had gone before that and fails later tells only of itself.</summary>
    public bool IsHealthy => failures == 0;

    /// <summary>Events given up.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Adds the next event of the log that the webhook wants.</summary>
    public void Add(in LogEvent told)
    {
        Looked = told.Position;
        if (done.Remove(told.Position))
        {
            window.Add(new Delivery(told) { IsDone = true });
        }
        else if (retries.Remove(told.Position, out DeliveryRetry retry))
        {
            window.Add(new Delivery(told) { Failures = retry.Failures, FirstFailedMs = retry.FirstFailedMs, DueMs = retry.DueMs });
        }
        else
        {
            window.Add(new Delivery(told));
        }

        Trim();
    }

    /// <summary>There is nothing more that the webhook wants up to <paramref name="looked"/>.</summary>
    public void Skip(LogPosition looked)
    {
        Looked = looked > Looked ? looked : Looked;
        Trim();
    }

    /// <summary>The next event to send now; null: none may go now. It counts as under way until it is answered.</summary>
    /// <param name="nowMs">Unix ms.</param>
    public Delivery? TryTake(long nowMs)
    {
        if (Find(nowMs) is not { } next)
        {
            return null;
        }

        next.IsUnderWay = true;
        next.Turn = ++given;
        UnderWay++;
        return next;
    }

    /// <summary>When <see cref="TryTake"/> has something without any further answer, Unix ms, may be past; <see cref="long.MaxValue"/>: never.</summary>
    public long DueMs()
    {
        if (IsClosed)
        {
            return long.MaxValue;
        }

        long due = long.MaxValue;
        before.Clear();
        foreach (Delivery one in window)
        {
            if (!one.IsDone && before.Add(one.Order) && !one.IsUnderWay)
            {
                due = Math.Min(due, DueOf(one));
            }
        }

        return due == long.MaxValue ? due : Math.Max(due, pausedUntilMs);
    }

    /// <summary>The receiver took it.</summary>
    public void Taken(Delivery one)
    {
        End(one);
        one.IsDone = true;
        givenWhenTaken = given;
        failures = 0;
        pauses = 0;
        failingSinceMs = 0;
        pausedUntilMs = 0;
        Trim();
    }

    /// <summary>It was not answered, because the sending was ended from here: as if it had never gone.</summary>
    public void Unsent(Delivery one) => End(one);

    /// <summary>The receiver said that there is nothing there any more (410).</summary>
    public void Refused(Delivery one)
    {
        End(one);
        State = DeliveryState.Gone;
    }

    /// <summary>The receiver did not take it.</summary>
    /// <param name="one">Which.</param>
    /// <param name="nowMs">Unix ms.</param>
    /// <param name="retryAfterMs">How long the receiver asks for no other try; 0: it does not.</param>
    public void Failed(Delivery one, long nowMs, long retryAfterMs)
    {
        End(one);
        one.Failures++;
        one.FirstFailedMs = one.FirstFailedMs == 0 ? nowMs : one.FirstFailedMs;

        // A post that hung while one beside it was taken says nothing of the receiver as it is now.
        if (one.Turn > givenWhenTaken)
        {
            failures++;
            failingSinceMs = failingSinceMs == 0 ? nowMs : failingSinceMs;
            if (nowMs >= EndMs)
            {
                State = DeliveryState.Failed;
                return;
            }
        }

        if (nowMs - one.FirstFailedMs >= WebhookRetries.LongestMs)
        {
            one.IsDone = true;
            GivenUp++;
            Trim();
            return;
        }

        // The last try falls on the end of the three days, not hours after it.
        one.DueMs = Math.Min(nowMs + WebhookRetries.DelayMs(one.Failures, jitter.NextDouble()), one.FirstFailedMs + WebhookRetries.LongestMs);
        if (retryAfterMs > 0)
        {
            one.DueMs = nowMs + Math.Clamp(retryAfterMs, WebhookRetries.RetryAfterMinMs, WebhookRetries.RetryAfterMaxMs);
            Pause(one.DueMs);
        }
        else if (IsKnocking && one.Turn > givenWhenPaused)
        {
            // Once a knock: what was under way beside it tells nothing new.
            Pause(Math.Min(nowMs + WebhookRetries.KnockMs(++pauses, jitter.NextDouble()), EndMs));
        }
    }

    /// <summary>What to keep.</summary>
    public DeliveryProgress Progress()
    {
        List<LogPosition> beyond = [.. done];
        List<DeliveryRetry> tried = [.. retries.Values];
        foreach (Delivery one in window)
        {
            if (one.IsDone)
            {
                beyond.Add(one.Event.Position);
            }
            else if (one.Failures > 0)
            {
                tried.Add(new DeliveryRetry(one.Event.Position, one.Failures, one.FirstFailedMs, one.DueMs));
            }
        }

        return new DeliveryProgress
        {
            Position = position,
            Done = beyond,
            Retries = tried,
            FailingSinceMs = failingSinceMs,
            Failures = failures,
            Pauses = pauses,
            PausedUntilMs = pausedUntilMs,
            GivenUp = GivenUp,
        };
    }

    private bool IsClosed => State != DeliveryState.Going || UnderWay >= (IsKnocking ? 1 : UnderWayMax);

    private bool IsKnocking => failures >= FailuresMax;

    // When the webhook is disabled if nothing is taken until then.
    private long EndMs => failingSinceMs + WebhookRetries.LongestMs;

    // The last knock falls on the end, whatever is due after it.
    private long DueOf(Delivery one) => IsKnocking ? Math.Min(one.DueMs, EndMs) : one.DueMs;

    private void Pause(long untilMs)
    {
        pausedUntilMs = untilMs;
        givenWhenPaused = given;
    }

    // The first that may go; of a receiver that takes nothing, the first among those that were tried least.
    private Delivery? Find(long nowMs)
    {
        if (IsClosed || nowMs < pausedUntilMs)
        {
            return null;
        }

        Delivery? best = null;
        before.Clear();
        foreach (Delivery one in window)
        {
            if (one.IsDone || !before.Add(one.Order) || one.IsUnderWay || DueOf(one) > nowMs)
            {
                continue;
            }

            if (!IsKnocking)
            {
                return one;
            }

            best = best is null || one.Failures < best.Failures ? one : best;
        }

        return best;
    }

    // What was kept of events that are behind, or that the webhook does not want any more.
    private void Forget()
    {
        done.RemoveWhere(d => d <= position);
        foreach (LogPosition behind in retries.Keys.Where(r => r <= position).ToArray())
        {
            retries.Remove(behind);
        }
    }

    private void End(Delivery one)
    {
        one.IsUnderWay = false;
        UnderWay--;
    }

    // What is done at the head is behind; with nothing left in the window, everything looked at is.
    private void Trim()
    {
        int ended = 0;
        while (ended < window.Count && window[ended].IsDone)
        {
            position = window[ended++].Event.Position;
        }

        window.RemoveRange(0, ended);
        if (window.Count == 0)
        {
            position = Looked > position ? Looked : position;
            Forget();
            if (window.Capacity > SizeMax / 4)
            {
                window.Capacity = 0; // an idle webhook costs nothing
            }
        }
    }
}
