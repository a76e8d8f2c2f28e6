using Router.LoadTest.Wire;

namespace Router.LoadTest.Load;

/// <summary>
/// Drives one flow on a thread of its own. Open loop: a message is due when the schedule says so, whatever the server does; if no connection is free then, it waits, and the wait is
/// part of its latency. So a stall of the server shows in each message that was to be sent meanwhile (no coordinated omission).
/// </summary>
internal sealed class FlowLoop
{
    private const long LongestWait = 20_000_000;
    private const long Second = 1_000_000_000;

    private readonly FlowOptions options;
    private readonly Queue<DriverConnection> free = new();
    private readonly List<DriverConnection> dirty = [];
    private readonly Func<long, double> runSeconds;
    private Thread? thread;
    private Exception? fault;
    private FlowResult? result;

    /// <param name="options">What it does.</param>
    /// <param name="runSeconds">A time of <see cref="Clock"/> as seconds of the run.</param>
    internal FlowLoop(FlowOptions options, Func<long, double> runSeconds)
    {
        this.options = options;
        this.runSeconds = runSeconds;
        Tally = new Tally(options.Name);
    }

    internal Tally Tally { get; }

    internal string Name => options.Name;

    /// <summary>Starts its thread.</summary>
    internal void Start()
    {
        thread = new Thread(() =>
        {
            try
            {
                result = Drive();
            }
            catch (Exception e)
            {
                fault = e;
            }
        })
        { Name = $"flow {options.Name}", IsBackground = true };
        thread.Start();
    }

    /// <summary>Whether it goes on.</summary>
    internal bool IsRunning => thread is { IsAlive: true };

    /// <summary>Waits for its end.</summary>
    internal FlowResult Join()
    {
        thread!.Join();
        return result ?? throw new InvalidOperationException($"the flow {options.Name} failed: {fault!.Message}", fault);
    }

    private FlowResult Drive()
    {
        using var epoll = new Epoll();
        DriverConnection[] connections = [.. Enumerable.Range(0, options.Connections).Select(i => Connect(i, epoll))];
        try
        {
            foreach (DriverConnection connection in connections)
            {
                connection.Open();
                connection.Flush();
                Enqueue(connection);
            }

            return Drive(epoll, connections);
        }
        finally
        {
            foreach (DriverConnection connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    private FlowResult Drive(Epoll epoll, DriverConnection[] connections)
    {
        Schedule schedule = options.Schedule;
        long start = Clock.Now;
        long nextSecond = start + Second;
        long giveUp = schedule.IsPaced ? schedule.Length + Clock.Seconds(options.GraceSeconds) : schedule.Length;
        long lastWait = long.MaxValue;
        bool finishing = false;
        long now = start;
        Tally.Begin(runSeconds(start));
        while (true)
        {
            now = Clock.Now;
            long elapsed = now - start;
            if (!finishing && (schedule.HasEnded(elapsed) || elapsed >= giveUp))
            {
                finishing = true;
                foreach (DriverConnection connection in connections)
                {
                    connection.Finish();
                }
            }

            if (!finishing)
            {
                TakeDue(start, elapsed, lastWait);
            }

            int inFlight = (int)(schedule.Told - Tally.Answers);
            if (now >= nextSecond)
            {
                EndSecond(schedule, now, elapsed, inFlight);
                nextSecond = Math.Max(nextSecond + Second, now);
            }

            if (finishing && (inFlight == 0 || elapsed > giveUp + Clock.Seconds(options.AnswerSeconds)))
            {
                EndSecond(schedule, now, elapsed, inFlight);
                return Result(schedule, elapsed, inFlight);
            }

            lastWait = free.Count > 0 ? Clock.Now : long.MaxValue;
            int count = epoll.Wait(WaitFor(schedule, start, finishing, nextSecond));
            now = Clock.Now;
            foreach (ref readonly Epoll.Ready ready in epoll.Found(count))
            {
                DriverConnection connection = connections[ready.Number];
                connection.Ready(ready.Events, now);
                Enqueue(connection);
            }
        }
    }

    private DriverConnection Connect(int i, Epoll epoll) => options.Lines
        ? new LinesConnection(i, options.Target, epoll, Tally, options.Requests, options.Window)
        : new PostConnection(i, options.Target, epoll, Tally, options.Requests);

    private void TakeDue(long start, long elapsed, long lastWait)
    {
        Schedule schedule = options.Schedule;
        while (free.Count > 0 && !schedule.HasEnded(elapsed))
        {
            long next = schedule.Next(elapsed);
            if (next > elapsed)
            {
                break;
            }

            DriverConnection connection = free.Dequeue();
            connection.Queued = false;
            if (!connection.HasRoom)
            {
                continue;
            }

            long now = Clock.Now;
            long intended = schedule.IsPaced ? start + next : now;

            // A connection was free as the loop went to sleep: nothing but the driver made this one late.
            if (schedule.IsPaced && intended >= lastWait)
            {
                Tally.DriverLate.Record(now - intended);
            }

            connection.Take(new Ticket(schedule.Told, intended, now));
            schedule.Take();
            if (connection.MarkDirty())
            {
                dirty.Add(connection);
            }

            Enqueue(connection);
            if (!schedule.IsPaced)
            {
                elapsed = now - start;
            }
        }

        foreach (DriverConnection connection in dirty)
        {
            connection.Flush();
            Enqueue(connection);
        }

        dirty.Clear();
    }

    private void Enqueue(DriverConnection connection)
    {
        if (!connection.Queued && connection.HasRoom)
        {
            connection.Queued = true;
            free.Enqueue(connection);
        }
    }

    private long WaitFor(Schedule schedule, long start, bool finishing, long nextSecond)
    {
        long now = Clock.Now;
        long wait = Math.Min(LongestWait, nextSecond - now);
        if (!finishing && free.Count > 0)
        {
            wait = Math.Min(wait, schedule.Next(now - start) - (now - start));
        }

        return Math.Max(wait, 0);
    }

    private void EndSecond(Schedule schedule, long now, long elapsed, int inFlight)
    {
        long due = schedule.Due(elapsed);
        Tally.EndSecond(runSeconds(now), due, inFlight, due - schedule.Told);
    }

    private FlowResult Result(Schedule schedule, long elapsed, int inFlight) => new()
    {
        Name = options.Name,
        OpenLoop = schedule.IsPaced,
        Seconds = elapsed / 1e9,
        Offered = schedule.Due(schedule.Length),
        Accepted = Tally.Accepted,
        TooMany = Tally.TooMany,
        Unavailable = Tally.Unavailable,
        Failed = Tally.Failed + inFlight,
        Unsent = schedule.Due(schedule.Length) - schedule.Told,
        OddStatus = Tally.OddStatus,
        Answered = Tally.Answered.TakeTotal(),
        SinceSent = Tally.SinceSent.TakeTotal(),
        Refusals = Tally.Refusals.TakeTotal(),
        DriverLate = Tally.DriverLate.TakeTotal(),
    };
}
