using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Testing;

// By hand: the test names what happens.
public sealed partial class ScriptedProvider
{
    private readonly List<ScriptedDeparture> written = [];

    /// <summary>Writes what was handed over and waits (<see cref="WritesAtOnce"/> false), at most <paramref name="max"/> segments; those whose release has ended lapse. Returns how many it looked at.</summary>
    public int Write(int max = int.MaxValue)
    {
        var told = new List<Outcome>();
        int looked = 0;
        lock (sync)
        {
            foreach (ScriptedDeparture item in departures.Where(static d => d.State == ScriptedState.Queued).Take(max))
            {
                WriteLocked(item, told);
                looked++;
            }
        }

        Tell(told);
        return looked;
    }

    /// <summary>Tells an outcome for each segment of <paramref name="id"/> that has none yet (or for <paramref name="segment"/> alone); returns how many.</summary>
    public int Settle(MessageId id, OutcomeKind kind = OutcomeKind.Sent, Reason reason = Reason.None, int retryAfterMs = 0, int? segment = null) =>
        SettleWhere(d => d.Id == id && (segment is null || segment == d.Segment), kind, reason, retryAfterMs);

    /// <summary>Tells an outcome for each written segment that has none yet; returns how many.</summary>
    public int SettleAll(OutcomeKind kind = OutcomeKind.Sent, Reason reason = Reason.None, int retryAfterMs = 0) => SettleWhere(static _ => true, kind, reason, retryAfterMs);

    /// <summary>Tells the receipt of a written segment; its outcome may have been told or not.</summary>
    public void Receive(ScriptedDeparture departure, MessageStatus status = MessageStatus.Delivered, Reason reason = Reason.None)
    {
        ArgumentNullException.ThrowIfNull(departure);
        Receive(new Receipt { Provider = Account.Number, ReceiptKey = departure.ReceiptKey, Status = status, Reason = reason });
    }

    /// <summary>Tells the receipt of each segment of <paramref name="id"/> that was taken; returns how many.</summary>
    public int Receive(MessageId id, MessageStatus status = MessageStatus.Delivered, Reason reason = Reason.None)
    {
        ScriptedDeparture[] taken = [.. Written.Where(d => d.Id == id && d.Outcome.Kind == OutcomeKind.Sent)];
        foreach (ScriptedDeparture departure in taken)
        {
            Receive(departure, status, reason);
        }

        return taken.Length;
    }

    private int SettleWhere(Func<ScriptedDeparture, bool> which, OutcomeKind kind, Reason reason, int retryAfterMs)
    {
        var told = new List<Outcome>();
        lock (sync)
        {
            foreach (ScriptedDeparture item in departures.Where(d => d.State == ScriptedState.Written && which(d)))
            {
                told.Add(EndLocked(item, kind, reason, retryAfterMs));
            }
        }

        Tell(told);
        return told.Count;
    }
}
