using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>Why messages end: each end that the store keeps has a cause in what was asked, set or told, as the model knows it.</summary>
internal sealed class Verdicts(SimulationRun run)
{
    // The simulated providers' rule; the default one, of a provider that is gone, has more.
    private const int AttemptsMin = 3;
    private const int LongValiditySeconds = 1_000;
    private const long EnoughMs = 600_000;
    private static readonly string[] PurposeWords = ["otp", "transactional", "service", "marketing"];
    private readonly Dictionary<(int Shard, long Epoch), long> submitted = [];
    private readonly Dictionary<MessageId, Facts> all = [];
    private readonly Dictionary<MessageId, int> failures = [];
    private readonly HashSet<MessageId> refused = [];
    private readonly HashSet<(MessageId Message, byte Segment)> taken = [];
    private readonly HashSet<MessageId> cancelsAsked = [];
    private readonly HashSet<(int Tenant, int Shard)> purgesAsked = [];

    /// <summary>An owner hands a part to its journal: what it decides of the messages in it, it decides by what it has heard by now, or later.</summary>
    public void Submitted(int shard, long epoch) => submitted[(shard, epoch)] = run.Time.GetTimestamp();

    /// <summary>A message is kept.</summary>
    /// <param name="message">The message.</param>
    /// <param name="epoch">Its owner's.</param>
    /// <param name="from">Its sender.</param>
    /// <param name="flagsAt">The place of the contact's flags that were kept last before it.</param>
    public void Accepted(in AcceptedMessage message, long epoch, string from, int flagsAt) => all.Add(message.Id, new Facts(submitted[(message.Id.Shard, epoch)], from, flagsAt));

    /// <summary>A cancel was asked for by whoever may ask.</summary>
    public void CancelAsked(MessageId message) => cancelsAsked.Add(message);

    public void PurgeAsked(int tenant, int shard) => purgesAsked.Add((tenant, shard));

    /// <summary>A provider told what became of a segment.</summary>
    public void Told(Flight flight, OutcomeKind kind)
    {
        switch (kind)
        {
            case OutcomeKind.Sent:
                taken.Add((flight.Message, flight.Segment));
                break;
            case OutcomeKind.Refused:
                refused.Add(flight.Message);
                break;
            case OutcomeKind.Failed or OutcomeKind.Unknown:
                failures[flight.Message] = failures.GetValueOrDefault(flight.Message) + 1;
                break;
            default:
                break;
        }
    }

    /// <summary>All that a silo may have gone by for a message: the plans in force since that was handed to the journal.</summary>
    public IEnumerable<Plan> PlansFor(MessageId message, SimulatedSilo silo) => run.Limits.InForce(silo.Number, all[message].SubmittedAt);

    /// <summary>A segment is kept as sent, at a price.</summary>
    public void Sent(in JournalEntry entry, SimulatedSilo owner)
    {
        Violation.Unless(taken.Contains((entry.Message, entry.Segment)), $"segment {entry.Segment} of {entry.Message} is kept as sent, no provider said so");
        (int tenant, Channel channel, long price) = (entry.Tenant, run.Ledger.Accepted[entry.Message].Channel, entry.Price);
        bool isPrice = PlansFor(entry.Message, owner).Any(p => (channel == Channel.Sms ? p.Tenant(tenant).Price * 1_000_000L : 0) == price);
        Violation.Unless(isPrice, $"a segment of {entry.Message} was charged at {price}, which was no price of tenant {tenant} since that was accepted");
    }

    /// <summary>The first status is kept after which a message waits no more.</summary>
    public void Ended(in JournalEntry entry, in AcceptedMessage message, SimulatedSilo owner)
    {
        (MessageStatus status, Reason reason) = (entry.Status, entry.Reason);
        Facts facts = all[message.Id];
        bool hasCause = status switch
        {
            MessageStatus.Expired => HasExpired(entry.AtMs, message),
            MessageStatus.Rejected => run.Ledger.FlagsSince(message.Contact, facts.FlagsAt).Any(FlagsGive(reason.ToString(), message)) || PlansFor(message.Id, owner).Any(PlanGives(reason, message, facts.From)),
            MessageStatus.Cancelled => cancelsAsked.Contains(message.Id) || purgesAsked.Contains((message.Tenant, message.Id.Shard))
                || (message.IsDormant && !run.Ledger.IsFallbackDone(message.Id)), // with its message, or withdrawn because that was not kept
            MessageStatus.Undelivered => HasFailed(message.Id),
            _ => true, // sent: looked at as it is kept; delivered, read: by its receipts, once all is at rest
        };
        Violation.Unless(hasCause, $"{message.Id} of tenant {message.Tenant} ended as {status} {reason}, for which there is no cause: {run.Ledger.WishOf(message.Id)}, valid until {message.ValidUntilMs}");
        Violation.Unless(
            status != MessageStatus.Expired || !HadTime(message),
            $"{message.Id} of tenant {message.Tenant} expired, though nothing went wrong any more for {EnoughMs} ms of its validity: {run.Ledger.WishOf(message.Id)}");
    }

    // By its own silo's clock, or any that was once shown.
    private bool HasExpired(long atMs, in AcceptedMessage message)
    {
        long endsMs = Rules.MayNotLeaveFromMs(message.ValidUntilMs);
        return atMs >= endsMs || (run.ClockWasSet && run.LatestNowMs >= endsMs);
    }

    // Only one with a long validity of its own has time enough; a recipient's limit may hold it back for longer.
    private bool HadTime(in AcceptedMessage message) =>
        !run.HasFaults && run.Ledger.WishOf(message.Id) is { ValiditySeconds: >= LongValiditySeconds } && run.Plan.Tenant(message.Tenant).PerRecipient is null && message.ValidUntilMs - run.SettledFromMs >= EnoughMs;

    private bool HasFailed(MessageId message) => refused.Contains(message) || failures.GetValueOrDefault(message) >= AttemptsMin
        || run.Carriers.Receipts.Any(r => r.Status == MessageStatus.Undelivered && run.Ledger.SentKeys.TryGetValue(r.Key, out (MessageId Message, byte Segment) of) && of.Message == message);

    private static Func<FlagBits, bool> FlagsGive(string reason, AcceptedMessage message) => f => f.ReasonAgainst(PurposeWords[(int)message.Purpose], message.ConfirmsStop) == reason;

    private Func<Plan, bool> PlanGives(Reason reason, AcceptedMessage message, string from) => plan =>
    {
        TenantPlan tenant = plan.Tenant(message.Tenant);
        bool isSms = message.Channel == Channel.Sms;
        IReadOnlyList<AccountPlan> accounts = plan.AccountsFor(isSms);
        string? region = run.Ledger.WishOf(message.Id)?.Region ?? tenant.Region;
        return reason switch
        {
            Reason.NoRoute => accounts.Count == 0,
            Reason.RegionForbidden => accounts.Count > 0 && !accounts.Any(a => Rules.Fits(region, a.Region)),
            Reason.SenderNotAllowed => !tenant.Senders.Contains(from),
            Reason.CreditExhausted => isSms && tenant is { Credit: not null, Price: > 0 },
            _ => false,
        };
    };

    private readonly record struct Facts(long SubmittedAt, string From, int FlagsAt);
}
