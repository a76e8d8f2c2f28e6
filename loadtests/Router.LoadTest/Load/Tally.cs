using Router.LoadTest.Report;

namespace Router.LoadTest.Load;

/// <summary>What became of a flow's requests. Written by its loop; the terminal looks at the counts.</summary>
internal sealed class Tally(string name)
{
    private readonly Track offeredRate = new("messages a second", $"{name} offered", "1/s");
    private readonly Track acceptedRate = new("messages a second", $"{name} accepted", "1/s");
    private readonly Track refusedRate = new("messages a second", $"{name} refused", "1/s");
    private readonly Track inFlight = new("waiting for answers", $"{name} in flight", "");
    private readonly Track unsent = new("waiting for answers", $"{name} due, not sent", "");
    private (double At, long Offered, long Accepted, long Refused) before;
    private long answersBefore;

    /// <summary>201 and 202.</summary>
    internal long Accepted { get; private set; }

    /// <summary>429: the tenant's bound.</summary>
    internal long TooMany { get; private set; }

    /// <summary>503: the server's.</summary>
    internal long Unavailable { get; private set; }

    /// <summary>Any other answer, or none because the connection went.</summary>
    internal long Failed { get; private set; }

    /// <summary>All of these.</summary>
    internal long Answers => Accepted + TooMany + Unavailable + Failed;

    /// <summary>The first other answer.</summary>
    internal int? OddStatus { get; private set; }

    /// <summary>Answer less intended time, of those accepted.</summary>
    internal Latencies Answered { get; } = new("answer − intended time, ms", name);

    /// <summary>Answer less the time it was sent, of those accepted: what the server alone did.</summary>
    internal Latencies SinceSent { get; } = new("answer − sent, ms", name);

    /// <summary>Answer less the time it was sent, of those refused.</summary>
    internal Latencies Refusals { get; } = new("refusal − sent, ms", name);

    /// <summary>Sent less intended time where a connection was free: the driver's own fault.</summary>
    internal Latencies DriverLate { get; } = new("driver late, ms", name);

    internal IEnumerable<Track> Tracks => [offeredRate, acceptedRate, refusedRate, inFlight, unsent, .. Answered.Tracks];

    /// <summary>The last whole second's accepted.</summary>
    internal double AcceptedRate => acceptedRate.Last;

    internal int InFlight { get; private set; }

    internal void Answer(int status, long intended, long sent, long now)
    {
        switch (status)
        {
            case 201 or 202:
                Accepted++;
                Answered.Record(now - intended);
                SinceSent.Record(now - sent);
                return;
            case 429:
                TooMany++;
                break;
            case 503:
                Unavailable++;
                break;
            default:
                Failed++;
                OddStatus ??= status;
                return;
        }

        Refusals.Record(now - sent);
    }

    internal void Fail(int count) => Failed += count;

    /// <summary>A second is over.</summary>
    internal void EndSecond(double at, long offered, int inFlightNow, long unsentNow)
    {
        double seconds = at - before.At;
        long refused = TooMany + Unavailable + Failed;
        if (seconds > 0)
        {
            offeredRate.Add(at, (offered - before.Offered) / seconds);
            acceptedRate.Add(at, (Accepted - before.Accepted) / seconds);
            refusedRate.Add(at, (refused - before.Refused) / seconds);
        }

        InFlight = inFlightNow;
        inFlight.Add(at, inFlightNow);
        unsent.Add(at, unsentNow);
        before = (at, offered, Accepted, refused);
        Answered.EndSecond(at, isStalled: Answers == answersBefore && inFlightNow + unsentNow > 0);
        answersBefore = Answers;
        SinceSent.EndSecond(at);
        Refusals.EndSecond(at);
        DriverLate.EndSecond(at);
    }

    /// <summary>Counts go from here.</summary>
    internal void Begin(double at) => before = (at, 0, 0, 0);
}
