using Router.Engine.Providers;
using Router.Providers.Departures;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>
/// One connection to the carrier, from the bind to its end: a read loop and a write loop over one link, and what they share under one lock. Each departure that
/// <see cref="TryEnqueue"/> took gets its outcomes here, whatever happens to the link.
/// </summary>
/// <remarks>
/// Hot path, 0 B a message in the steady state. No callback and no I/O under the lock: loops gather outcomes and receipts and tell them after it.
/// </remarks>
internal sealed partial class SmppSession
{
    /// <summary>Receipts told and not acknowledged; more are put back (0x14).</summary>
    public const int UnacknowledgedMax = 4_096;

    /// <summary>PDUs that wait to be written, beside submits; a peer that asks without reading answers is left.</summary>
    private const int ControlMax = 4 * UnacknowledgedMax;

    /// <summary>How long the last words to a peer that cannot be followed may take.</summary>
    private const int LastWordSeconds = 1;

    private const string MalformedLength = "malformed length";

    /// <summary>How long the other side may take to end after an unbind.</summary>
    private const int UnbindSeconds = 5;

    private readonly Lock gate = new();
    private readonly SmppAccount account;
    private readonly Command bindCommand;
    private readonly SmppLink link;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AsyncSignal wake = new();
    private readonly long responseTimeout;

    // Under the gate.
    private readonly Ring<Departure> queue = new(16);
    private readonly Ring<Control> controls = new(16);
    private readonly FlightTable flights;
    private readonly ushort[] queuedByConversation = new ushort[1_024];
    private SessionState state;
    private int unacknowledged;
    private uint enquireSequence;
    private long enquiredAt;
    private long unbindAt;
    private long nextSweep;
    private string why = "";

    // Read without the gate.
    private volatile bool open;
    private volatile bool bound;
    private volatile int queued;
    private volatile int unanswered;
    private volatile int held;
    private long lastRead;

    /// <summary>A session of the bind with this index over a link, which it owns.</summary>
    public SmppSession(SmppAccount account, int index, Command bindCommand, SmppLink link)
    {
        this.account = account;
        this.bindCommand = bindCommand;
        this.link = link;
        Index = index;
        Salt = (ulong)(index + 1) * 0x9E37_79B9_7F4A_7C15UL;
        responseTimeout = account.Ticks(account.Settings.ResponseTimeoutSeconds);
        flights = new FlightTable(account.Settings.Window);
    }

    /// <summary>Index of its bind.</summary>
    public int Index { get; }

    /// <summary>What makes its hash of a conversation another than its neighbours'.</summary>
    public ulong Salt { get; }

    /// <summary>What it is bound as.</summary>
    public Command BindCommand => bindCommand;

    /// <summary>Whether it sends (transceiver, transmitter).</summary>
    public bool Sends => bindCommand != Command.BindReceiver;

    /// <summary>Whether it takes departures.</summary>
    public bool IsOpen => open;

    /// <summary>Whether it is bound, to send or to receive.</summary>
    public bool IsBound => bound;

    /// <summary>When it was bound, a timestamp.</summary>
    public long BoundAt { get; private set; }

    /// <summary>Departures not written yet.</summary>
    public int Queued => queued;

    /// <summary>Submits written and not answered.</summary>
    public int Unanswered => unanswered;

    /// <summary>Receipts told and not acknowledged.</summary>
    public int Held => held;

    /// <summary>Whether nothing waits for anything.</summary>
    public bool IsIdle => queued == 0 && unanswered == 0 && held == 0;

    /// <summary>Why it ended; no text of the peer's.</summary>
    public string Why => why;

    /// <summary>The status with which the bind was refused; 0: it was not.</summary>
    public uint RefusedWith { get; private set; }

    /// <summary>Whether departures of this conversation (or of one in the same of 1,024 parts) are not written yet.</summary>
    public bool HasQueued(ulong conversation)
    {
        lock (gate)
        {
            return queuedByConversation[PartOf(conversation)] > 0;
        }
    }

    /// <summary>Takes a departure over; false when it is not bound or its queue is full (<paramref name="full"/>). <see cref="Wake"/> must follow.</summary>
    public bool TryEnqueue(in Departure departure, out bool full)
    {
        lock (gate)
        {
            full = queue.Count >= account.QueueMax;
            if (!open || full)
            {
                return false;
            }

            queue.Add(departure);
            queuedByConversation[PartOf(departure.Conversation)]++;
            queued = queue.Count;
            return true;
        }
    }

    /// <summary>Wakes the write loop.</summary>
    public void Wake() => wake.Set();

    /// <summary>Asks the other side to end; the session is over when it answered, or soon after.</summary>
    public void Unbind()
    {
        bool early;
        lock (gate)
        {
            early = state == SessionState.Binding;
            if (state == SessionState.Bound)
            {
                TurnLocked(SessionState.Unbinding);
                controls.Add(new Control { Command = Command.Unbind, Sequence = flights.NextSequence() });
            }
        }

        if (early)
        {
            Close("stopped");
        }

        Wake();
    }

    /// <summary>Ends it at once. <paramref name="reason"/> is for the log.</summary>
    public void Close(string reason)
    {
        lock (gate)
        {
            if (state == SessionState.Closed)
            {
                return;
            }

            why = reason;
            TurnLocked(SessionState.Closed);
        }

        link.Dispose();
        ended.TrySetResult();
        Wake();
    }

    /// <summary>What time brings: answers that are overdue, a peer to be asked whether it lives or that does not read, departures that lapse. Every 100 ms.</summary>
    public void Tick(long now)
    {
        string? dead;
        lock (gate)
        {
            if (state is SessionState.Binding or SessionState.Closed)
            {
                return;
            }

            dead = WhyDeadLocked(now);
            if (dead is null && enquireSequence == 0 && now - Volatile.Read(ref lastRead) >= account.Ticks(account.Settings.EnquireLinkSeconds))
            {
                enquireSequence = flights.NextSequence();
                enquiredAt = now;
                controls.Add(new Control { Command = Command.EnquireLink, Sequence = enquireSequence });
            }
        }

        if (dead is not null)
        {
            Close(dead);
            return;
        }

        Expire(now);
        if (queued > 0 || enquireSequence != 0)
        {
            Wake();
        }
    }

    private string? WhyDeadLocked(long now)
    {
        long writing = Volatile.Read(ref writingSince);
        return state == SessionState.Unbinding && now - unbindAt >= account.Ticks(UnbindSeconds) ? "unbind not answered"
            : enquireSequence != 0 && now - enquiredAt >= responseTimeout ? "enquire_link not answered"
            : writing != 0 && now - writing >= responseTimeout ? "the carrier does not read"
            : null;
    }

    private static int PartOf(ulong conversation) => (int)((conversation * 0x9E37_79B9_7F4A_7C15UL) >> 54);

    // Submits whose answer is overdue: they may have been sent, so their outcome is unknown. A late answer finds nothing and is counted.
    private void Expire(long now)
    {
        if (unanswered == 0 || now < nextSweep)
        {
            return;
        }

        nextSweep = now + (responseTimeout / 16);
        TellFlights(now - responseTimeout);
        Wake();
    }

    private void TellFlights(long writtenBefore)
    {
        Span<Outcome> told = stackalloc Outcome[64];
        int count = 0;
        int place = 0;
        while (true)
        {
            bool found;
            Flight flight;
            lock (gate)
            {
                found = flights.TryTakeOlder(writtenBefore, ref place, out flight);
                unanswered = flights.Count;
            }

            for (int i = 0; found && i < flight.Count; i++)
            {
                told[count++] = OutcomeOf(flight, i, OutcomeKind.Unknown);
                if (count == told.Length)
                {
                    TellUnknown(told, ref count);
                }
            }

            if (!found)
            {
                TellUnknown(told, ref count);
                return;
            }
        }
    }

    private void TellUnknown(ReadOnlySpan<Outcome> told, ref int count)
    {
        if (count > 0)
        {
            account.Counters.Add(SmppCount.Unknown, count);
            account.Events.Settle(told[..count]);
            count = 0;
        }
    }

    private Outcome OutcomeOf(in Flight flight, int at, OutcomeKind kind) =>
        new() { Provider = account.Number, Message = flight.Message, Epoch = flight.Epoch, Segment = (byte)(flight.Segment + at), Kind = kind };

    // The link is gone: what was written may have arrived, what was not did not leave.
    private void TellRest()
    {
        TellFlights(long.MaxValue);
        var told = new List<Outcome>();
        lock (gate)
        {
            while (queue.Count > 0)
            {
                Departure departure = queue.Take();
                DueSegments.ReturnRecord(ref departure);
                for (int segment = DueSegments.Next(departure, 0); segment < DueSegments.End(departure); segment = DueSegments.Next(departure, segment + 1))
                {
                    told.Add(new Outcome { Provider = account.Number, Message = departure.Id, Epoch = departure.Epoch, Segment = (byte)segment, Kind = OutcomeKind.Unsent });
                }
            }

            queued = 0;
        }

        if (told.Count > 0)
        {
            account.Counters.Add(SmppCount.Unsent, told.Count);
            account.Events.Settle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(told));
        }
    }

    private void TurnLocked(SessionState next)
    {
        bool right = next switch
        {
            SessionState.Bound => state == SessionState.Binding,
            SessionState.Unbinding => state == SessionState.Bound,
            SessionState.Closed => state != SessionState.Closed,
            _ => throw new ArgumentOutOfRangeException(nameof(next), next, "not a state to turn to"),
        };
        if (!right)
        {
            throw new InvalidOperationException($"a session cannot turn from {state} to {next}");
        }

        state = next;
        bound = next == SessionState.Bound;
        open = bound && Sends;
        switch (next)
        {
            case SessionState.Bound:
                BoundAt = account.Time.GetTimestamp();
                break;
            case SessionState.Unbinding:
                unbindAt = account.Time.GetTimestamp();
                break;
            default:
                break;
        }
    }

    /// <summary>A PDU to be written that is no submit.</summary>
    private struct Control
    {
        public Command Command;
        public uint Status;
        public uint Sequence;

        /// <summary>Nothing is written after it.</summary>
        public bool Last;
    }
}
