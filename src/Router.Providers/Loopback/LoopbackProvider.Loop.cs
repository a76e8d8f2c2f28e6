using System.Buffers.Binary;
using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Providers.Loopback;

public sealed partial class LoopbackProvider
{
    private static readonly Action<object?, long, bool> Acknowledge = static (state, token, kept) => ((LoopbackProvider)state!).Acknowledged((ulong)token, kept);

    /// <summary>The loop: at most one runs at a time. For the thread pool only.</summary>
    public void Execute()
    {
        while (true)
        {
            TellHealth();
            int taken;
            bool dueRepeat;
            Repeat again = default;
            long next = long.MaxValue;
            bool finished = false;
            lock (gate)
            {
                long now = time.GetTimestamp();
                taken = waiting.Take(batch);
                dueRepeat = repeats.Count > 0 && (repeats.Peek().Due <= now || ended);
                if (dueRepeat)
                {
                    again = repeats.Take();
                }

                if (taken == 0 && !dueRepeat && !(ended && up) && (flights.Count == 0 || (flights.Peek().Due > now && !ended)))
                {
                    finished = ended;
                    next = Math.Min(flights.Count == 0 ? next : flights.Peek().Due, repeats.Count == 0 ? next : repeats.Peek().Due);
                    scheduled = false;
                }
                else
                {
                    next = 0;
                }
            }

            if (next != 0)
            {
                Rest(next, finished);
                return;
            }

            Depart(batch.AsSpan(0, taken));
            Arrive();
            Tell();
            TellEchoes();
            if (again.Echo is { } echo)
            {
                Receive(echo);
            }
            else if (dueRepeat && !ended)
            {
                Receive(again.Key);
            }
        }
    }

    // The queue is empty. A head can only become later, so a timer set by a loop that was overtaken fires early, never late.
    private void Rest(long next, bool finished)
    {
        if (next != long.MaxValue)
        {
            double ms = Math.Ceiling((next - time.GetTimestamp()) * 1_000.0 / time.TimestampFrequency);
            timer.Change(TimeSpan.FromMilliseconds(Math.Max(ms, 1)), Timeout.InfiniteTimeSpan);
        }
        else if (Interlocked.Read(ref unacknowledged) == 0)
        {
            idle?.TrySetResult();
        }

        if (finished)
        {
            endedDone.TrySetResult();
        }
    }

    private void Depart(Span<Departure> departures)
    {
        long now = time.GetTimestamp();
        foreach (ref Departure departure in departures)
        {
            OutcomeKind kind =
                departure.Record.Length == 0 ? (stopping ? OutcomeKind.Unsent : OutcomeKind.Throttled)
                : ended ? OutcomeKind.Unsent
                : departure.ReleaseEnd < now ? OutcomeKind.Lapsed
                : OutcomeKind.Sent;
            LoopbackEcho? echo = settings.Echo && kind == OutcomeKind.Sent ? TakeEcho(ref departure) : null;
            DueSegments.ReturnRecord(ref departure);
            int end = DueSegments.End(departure);
            for (int segment = DueSegments.Next(departure, 0); segment < end; segment = DueSegments.Next(departure, segment + 1))
            {
                var outcome = new Outcome { Provider = number, Message = departure.Id, Epoch = departure.Epoch, Segment = (byte)segment, Kind = kind };
                if (kind == OutcomeKind.Sent)
                {
                    Decide(ref outcome);
                    if (echo is not null && outcome.Kind == OutcomeKind.Sent && segment == departure.Segments - 1)
                    {
                        echo.Due = now + latency;
                        Interlocked.Increment(ref unacknowledged);
                        echoes.Enqueue(echo);
                        echo = null;
                    }

                    if (latency > 0)
                    {
                        flights.Add(new Flight { Due = now + latency, Outcome = outcome });
                        continue;
                    }
                }

                Add(outcome);
            }

            echo?.Return();
        }

        departures.Clear();
    }

    private void Decide(ref Outcome outcome)
    {
        double draw = settings.ThrottleRate + settings.FailureRate > 0 ? random.NextDouble() : 1;
        if (draw < settings.ThrottleRate)
        {
            outcome.Kind = OutcomeKind.Throttled;
        }
        else if (draw < settings.ThrottleRate + settings.FailureRate)
        {
            outcome.Kind = OutcomeKind.Failed;
            outcome.Reason = Reason.ProviderFailed;
        }
        else if (settings.Receipts)
        {
            BinaryPrimitives.WriteInt64BigEndian(carrierId.AsSpan(12), ++idCounter);
            outcome.ReceiptKey = hash.ReceiptKey(number, carrierId);
        }
    }

    private void Arrive()
    {
        long now = time.GetTimestamp();
        while (flights.Count > 0 && (flights.Peek().Due <= now || ended))
        {
            Outcome outcome = flights.Take().Outcome;
            if (ended)
            {
                outcome = new Outcome { Provider = number, Message = outcome.Message, Epoch = outcome.Epoch, Segment = outcome.Segment, Kind = OutcomeKind.Unknown };
            }

            Add(outcome);
        }

        underWay = flights.Count;
    }

    private void Add(in Outcome outcome)
    {
        outcomes[outcomeCount++] = outcome;
        if (outcomeCount == outcomes.Length)
        {
            Tell();
        }
    }

    // Outcomes first, then their receipts: the order of a carrier that behaves.
    private void Tell()
    {
        Span<Outcome> told = outcomes.AsSpan(0, outcomeCount);
        outcomeCount = 0;
        if (told.IsEmpty)
        {
            return;
        }

        events.Settle(told);
        foreach (ref readonly Outcome outcome in told)
        {
            if (outcome.ReceiptKey != 0)
            {
                Interlocked.Increment(ref unacknowledged);
                Receive(outcome.ReceiptKey);
            }
        }
    }

    private void Receive(ulong key)
    {
        var receipt = new Receipt { Provider = number, ReceiptKey = key, Status = MessageStatus.Delivered };
        events.Receive(receipt, Acknowledge, this, (long)key);
    }

    private void Acknowledged(ulong key, bool kept)
    {
        if (kept)
        {
            if (Interlocked.Decrement(ref unacknowledged) == 0 && stopping)
            {
                Schedule();
            }

            return;
        }

        lock (gate)
        {
            repeats.Add(new Repeat { Due = time.GetTimestamp() + repeat, Key = key });
        }

        Schedule();
    }

    private void TellHealth()
    {
        bool now;
        lock (gate)
        {
            now = started && !ended;
        }

        if (now != up)
        {
            up = now;
            events.HealthChanged(number, now);
        }
    }
}
