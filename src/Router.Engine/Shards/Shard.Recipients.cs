using Router.Core.Limits;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>
/// The recipient's limit, which is the shard's own (DESIGN §3) and outlives it: a message takes its place, its leaving is kept, and only then it departs (<see cref="MessageMarks.Cleared"/>).
/// So whoever owns the shard next knows every place: the answered ones come back with the contact's row, the open ones with the unfinished messages.
/// </content>
internal sealed partial class Shard
{
    // A place that is not used up may be given back at any moment: who waits for it looks again, however long the window.
    private const int LookAgainMs = 2_000;

    private readonly List<RecipientLog?> recipientLogs = [];
    private readonly Stack<int> freeRecipientLogs = new();

    // Cleared messages that an earlier owner may have let go: they count as left when they end, even if nothing of them was seen here.
    private readonly HashSet<int> doubtful = [];
    private int unrecoveredPlaces;
    private long certainFromMs;
    private long placesFromMs = long.MinValue;

    /// <summary>Says which messages will be recovered: no place is taken before all that are leaving have theirs.</summary>
    /// <param name="unfinished">The messages.</param>
    /// <param name="certainFrom">Monotonic ms from which on no earlier owner can have a release open.</param>
    public void ExpectPlaces(IReadOnlyList<UnfinishedMessage> unfinished, long certainFrom)
    {
        certainFromMs = certainFrom;
        foreach (UnfinishedMessage message in unfinished)
        {
            unrecoveredPlaces += message.IsLeaving && !message.HasEnded ? 1 : 0;
        }

        // What waits behind them must not overtake them: the wheel takes them up at a tick.
        placesFromMs = unrecoveredPlaces == 0 ? long.MinValue : certainFrom + (2 * TickMs);
    }

    /// <summary>From when on the departures of a contact of <paramref name="tenant"/> matter (Unix ms); 0: it has no recipient's limit.</summary>
    public long DeparturesFromMs(int tenant) => Configuration.FindTenant(tenant)?.Settings.Limits.PerRecipient is { } limit
        ? Math.Max(1, MonotonicMs - (limit.WindowSeconds * 1_000L) - 2 + WallAheadMin)
        : 0;

    // Kept times are wall times. Where the wall clock was set while this owner holds the shard, the least it was ever ahead makes departures look younger, never older; they are never
    // younger than now. One set forth while nobody looked can't be told.
    private long WallAheadMin => Math.Min(wallAheadMin, NowMs - MonotonicMs);

    private void LoadDepartures(ref ContactRow row, in StoredContact stored, ContactRead read)
    {
        if (stored.DeparturesFromMs == 0)
        {
            return;
        }

        long ahead = WallAheadMin - 1; // both clocks are cut to ms
        long unknownUntilMs = Math.Min(MonotonicMs, stored.DeparturesFromMs - 1 - ahead); // the wall clock may have been set back since it was asked
        Span<long> times = read.Departures.Span.Slice(stored.DepartureOffset, stored.DepartureCount);
        long oldest = long.MaxValue;
        foreach (ref long at in times)
        {
            at = Math.Min(MonotonicMs, at - ahead);
            oldest = Math.Min(oldest, at);
        }

        LogOf(ref row).Load(times, times.Length == ContactRead.DeparturesMax ? Math.Max(oldest, unknownUntilMs) : unknownUntilMs);
    }

    // Takes a place and has it kept (true), or has the message wait until there may be room.
    private bool Leave(int slot, RecipientLimit limit)
    {
        RecipientLog log = LogOf(ref rows[messages[slot].Contact]);
        long at = log.NextAt(limit.Count, limit.WindowSeconds, MonotonicMs);
        if (at > MonotonicMs)
        {
            WaitForPlace(slot, at);
            return false;
        }

        log.Reserve();
        NoteUnreleased(slot);
        messages[slot].Stage = MessageStage.Settling;
        AddStep(StepKind.Leaving, slot);
        return true;
    }

    // From when on one that has a place may use it: more may have one than the limit has.
    private long DepartsAt(int slot, RecipientLimit limit) =>
        LogOf(ref rows[messages[slot].Contact]).DepartsAt(limit.Count, limit.WindowSeconds, MonotonicMs, doubtful.Contains(slot), certainFromMs);

    private void WaitForPlace(int slot, long at)
    {
        long wait = at - MonotonicMs;
        Defer(slot, NowMs + (LogOf(ref rows[messages[slot].Contact]).MayGiveBack(MonotonicMs) ? Math.Min(wait, LookAgainMs) : wait));
        Tell(slot, Reason.Limit);
    }

    // Nothing is decided about it while an earlier owner's release may be open: did it end before that, its departure would count too early.
    private void RecoverPlace(int slot, in LaneKey identity)
    {
        Join(slot, identity);
        messages[slot].Stage = MessageStage.Deferred;
        AddToWheel(slot, NowMs + Math.Max(0, certainFromMs - MonotonicMs));
        messages[slot].Marks |= MessageMarks.Cleared;
        doubtful.Add(slot);
        LogOf(ref rows[messages[slot].Contact]).Reserve(isUncertain: true);
        unrecoveredPlaces--;
    }

    // It departs: counted at its release's end, as a slice is.
    private void DepartFromPlace(int slot, RecipientLimit? limit, long releaseEnd)
    {
        if ((messages[slot].Marks & MessageMarks.Cleared) != 0)
        {
            LogOf(ref rows[messages[slot].Contact]).Depart(limit?.Count ?? RecipientLog.CountMax, releaseEnd / ticksPerMs, doubtful.Contains(slot));
        }
    }

    // Nothing left after all (its release lapsed, the provider would not take it): it keeps its place and needs no other leaving.
    private void ReturnToPlace(int slot)
    {
        if ((messages[slot].Marks & MessageMarks.Cleared) != 0)
        {
            LogOf(ref rows[messages[slot].Contact]).Return(messages[slot].ReleaseEnd / ticksPerMs, doubtful.Contains(slot));
        }
    }

    // It left: the Unix ms from which that counts for its recipient; 0: it does not count. Another departure needs another place.
    private long SettlePlace(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        if ((message.Marks & MessageMarks.Cleared) == 0)
        {
            return 0;
        }

        message.Marks &= ~MessageMarks.Cleared;
        doubtful.Remove(slot); // the outcome is of this epoch's release: what an earlier owner sent was a duplicate
        if (message.Segments == 1) // of a long one others may still leave
        {
            LogOf(ref rows[message.Contact]).Settle(CountOf(slot), message.ReleaseEnd / ticksPerMs, MonotonicMs);
        }

        return NowMs;
    }

    // It ends while it waits: counted (as above) when it may have left under an earlier owner.
    private long GivePlaceBack(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        if ((message.Marks & MessageMarks.Cleared) == 0)
        {
            return 0;
        }

        message.Marks &= ~MessageMarks.Cleared;
        RecipientLog log = LogOf(ref rows[message.Contact]);
        if (!doubtful.Remove(slot))
        {
            log.GiveBack();
            return 0;
        }

        log.Depart(CountOf(slot), MonotonicMs, isUncertain: true);
        return NowMs;
    }

    private int CountOf(int slot) => Configuration.FindTenant(KeyOf(slot).Tenant)?.Settings.Limits.PerRecipient?.Count ?? RecipientLog.CountMax;

    private RecipientLog LogOf(ref ContactRow row)
    {
        if (row.RecipientLog < 0)
        {
            if (!freeRecipientLogs.TryPop(out row.RecipientLog))
            {
                row.RecipientLog = recipientLogs.Count;
                recipientLogs.Add(null);
            }

            recipientLogs[row.RecipientLog] = new RecipientLog();
        }

        return recipientLogs[row.RecipientLog]!;
    }

    private void ForgetRecipientLog(ref ContactRow row)
    {
        if (row.RecipientLog >= 0)
        {
            recipientLogs[row.RecipientLog] = null;
            freeRecipientLogs.Push(row.RecipientLog);
            row.RecipientLog = -1;
        }
    }
}
