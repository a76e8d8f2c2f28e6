using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>
/// An SMPP 3.4 account: a pool of binds that stay up by themselves, and the way of departures to their sessions. A conversation goes to one session among those open, by
/// rendezvous hashing: when one opens or closes, only its own share of conversations moves.
/// </summary>
/// <remarks>Hot path, 0 B. <see cref="Submit"/> by one thread at a time; the rest from any.</remarks>
public sealed class SmppProvider : IProvider
{
    /// <summary>How often sessions look at the time.</summary>
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>A conversation stays with the session it had before a newcomer opened while something of it waits there, for this long: longer than any release.</summary>
    private const int NewcomerSeconds = 10;

    private readonly SmppAccount account;
    private readonly SmppBind[] binds;
    private readonly Task[] running;
    private readonly EventPost post;
    private readonly CancellationTokenSource ending = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ITimer timer;
    private readonly int inFlightMax;
    private readonly Lock gate = new();
    private volatile SmppSession[] open = [];
    private volatile TaskCompletionSource? idle;
    private volatile bool stopping;
    private int ticking;
    private int disposed;

    internal SmppProvider(ProviderAccount account, SmppSettings settings, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed, ILogger logger)
    {
        inFlightMax = account.Settings.Limits.InFlight ?? int.MaxValue;
        this.account = new SmppAccount
        {
            Number = account.Number,
            Name = account.Name,
            Settings = settings,
            Events = events,
            Ids = new ReceiptIds(account.Number, settings.IdForm, hash),
            Time = time,
            Counters = new SmppCounters(account.Name),
            Pace = new Pace(),
            Logger = logger,

            // All of the account's window may fall on one session, twice over while one that closed is still counted.
            QueueMax = Math.Max(64, 2 * settings.Binds * settings.Window),
        };
        post = new EventPost(account.Number, events);
        binds = new SmppBind[settings.Pairs ? settings.Binds * 2 : settings.Binds];
        running = new Task[binds.Length];
        for (int i = 0; i < binds.Length; i++)
        {
            Command command = !settings.Pairs ? Command.BindTransceiver : i < settings.Binds ? Command.BindTransmitter : Command.BindReceiver;
            binds[i] = new SmppBind(this.account, i, command, seed + i, Opened, Closing);
            running[i] = Task.CompletedTask;
        }

        timer = time.CreateTimer(static provider => ((SmppProvider)provider!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public int Window
    {
        get
        {
            if (stopping)
            {
                return 0;
            }

            int window = 0;
            int unanswered = 0;
            foreach (SmppSession session in open)
            {
                window += session.IsOpen ? account.Settings.Window : 0;
                unanswered += session.Unanswered;
            }

            window = Math.Min(window, inFlightMax);
            int ahead = account.Pace.Limited ? account.Pace.Ahead(account.Ms(account.Time.GetTimestamp())) : int.MaxValue;
            return (int)Math.Min(window, (long)unanswered + ahead);
        }
    }

    /// <inheritdoc/>
    public RetryRule Retry => RetryRule.Default;

    /// <inheritdoc/>
    public bool HasWholeReceipts => account.SendsWhole;

    /// <inheritdoc/>
    public ProviderStatus Status
    {
        get
        {
            int opened = 0;
            int window = 0;
            int inFlight = 0;
            int queued = 0;
            BindFault? last = null;
            foreach (SmppBind bind in binds)
            {
                if (bind.Session is { } session)
                {
                    opened += session.IsBound ? 1 : 0;
                    window += session.IsOpen ? account.Settings.Window : 0;
                    inFlight += session.Unanswered;
                    queued += session.Queued;
                }

                last = bind.Fault is { } fault && (last is null || fault.At > last.At) ? fault : last;
            }

            bool throttled = account.Pace.Limited;
            double rate = account.Pace.Rate;
            return new ProviderStatus(
                opened, binds.Length, Math.Min(window, inFlightMax), inFlight, queued, throttled, throttled && rate < Pace.FreeRate ? (int)rate : null, last?.Words, last?.At);
        }
    }

    internal SmppCounters Counters => account.Counters;

    internal Pace Pace => account.Pace;

    /// <inheritdoc/>
    public void Start()
    {
        timer.Change(TickPeriod, TickPeriod);
        for (int i = 0; i < binds.Length; i++)
        {
            SmppBind bind = binds[i];
            running[i] = Task.Run(() => bind.RunAsync(ending.Token, stop.Token));
        }
    }

    /// <inheritdoc/>
    public void Submit(ReadOnlySpan<Departure> departures)
    {
        SmppSession[] sessions = open;
        foreach (ref readonly Departure departure in departures)
        {
            SmppSession? session = stopping ? null : Pick(sessions, departure.Conversation);
            bool full = false;
            if (session is null || !session.TryEnqueue(departure, out full))
            {
                Refuse(departure, full ? OutcomeKind.Throttled : OutcomeKind.Unsent);
            }
        }

        // One wake-up a batch: the writer finds it whole.
        foreach (SmppSession session in sessions)
        {
            if (session.Queued > 0)
            {
                session.Wake();
            }
        }
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        idle = done;
        stopping = true;
        if (IsIdle())
        {
            done.TrySetResult();
        }

        using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), done))
        {
            await done.Task.ConfigureAwait(false);
        }

        // Bounded by the sessions themselves: an unbind without an answer ends after some seconds.
        await ending.CancelAsync().ConfigureAwait(false);
        foreach (SmppBind bind in binds)
        {
            bind.Session?.Unbind();
        }

        try
        {
            await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // no time left for the goodbye: the sockets are closed below
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all sessions at once: what is written is told unknown, what is not unsent.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await timer.DisposeAsync().ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        stop.Dispose();
        ending.Dispose();
    }

    // The finisher of MurmurHash3: every bit of the input reaches the top bits, by which scores are compared.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51_AFD7_ED55_8CCDUL;
        value = (value ^ (value >> 33)) * 0xC4CE_B9FE_1A85_EC53UL;
        return value ^ (value >> 33);
    }

    private SmppSession? Pick(SmppSession[] sessions, ulong conversation)
    {
        if (sessions.Length <= 1)
        {
            return sessions.Length == 0 ? null : sessions[0];
        }

        long newSince = account.Time.GetTimestamp() - account.Ticks(NewcomerSeconds);
        SmppSession? best = null;
        SmppSession? settled = null;
        ulong bestScore = 0;
        ulong settledScore = 0;
        foreach (SmppSession session in sessions)
        {
            ulong score = Mix(conversation ^ session.Salt) | 1;
            if (score > bestScore)
            {
                (best, bestScore) = (session, score);
            }

            if (score > settledScore && session.BoundAt < newSince)
            {
                (settled, settledScore) = (session, score);
            }
        }

        return settled is not null && settled != best && settled.HasQueued(conversation) ? settled : best;
    }

    private void Refuse(Departure departure, OutcomeKind kind)
    {
        DueSegments.ReturnRecord(ref departure);
        int end = DueSegments.End(departure);
        for (int segment = DueSegments.Next(departure, 0); segment < end; segment = DueSegments.Next(departure, segment + 1))
        {
            account.Counters.Add(kind == OutcomeKind.Unsent ? SmppCount.Unsent : SmppCount.Throttled);
            post.Add(new Outcome { Provider = account.Number, Message = departure.Id, Epoch = departure.Epoch, Segment = (byte)segment, Kind = kind });
        }
    }

    private void Opened(SmppSession session)
    {
        SmppLog.BindUp(account.Logger, account.Name, account.Label(session.Index, session.BindCommand));
        if (!session.Sends)
        {
            return;
        }

        lock (gate)
        {
            open = [.. open, session];
            post.SetHealth(true);
        }
    }

    private void Closing(SmppSession session)
    {
        lock (gate)
        {
            open = [.. open.Where(other => other != session)];
            post.SetHealth(open.Length > 0);
        }
    }

    private void Tick()
    {
        // Timers may overlap when a tick is slow; one is enough.
        if (Interlocked.Exchange(ref ticking, 1) != 0)
        {
            return;
        }

        long now = account.Time.GetTimestamp();
        foreach (SmppBind bind in binds)
        {
            bind.Session?.Tick(now);
        }

        if (idle is { } waiting && IsIdle())
        {
            waiting.TrySetResult();
        }

        Volatile.Write(ref ticking, 0);
    }

    private bool IsIdle()
    {
        foreach (SmppBind bind in binds)
        {
            if (bind.Session is { IsIdle: false })
            {
                return false;
            }
        }

        return true;
    }
}
