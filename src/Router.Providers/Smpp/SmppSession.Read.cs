using System.Buffers;
using Router.Engine.Providers;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

internal sealed partial class SmppSession
{
    /// <summary>Outcomes, and receipts, that one read gathers before it tells them.</summary>
    private const int GatherMax = 256;

    private readonly Outcome[] outcomes = new Outcome[GatherMax];
    private readonly Receipt[] receipts = new Receipt[GatherMax];
    private readonly long[] receiptTokens = new long[GatherMax];
    private int outcomeCount;
    private int receiptCount;

    /// <summary>
    /// Binds, then reads and writes until the end. <paramref name="bound"/> is called once bound, <paramref name="closing"/> before what is left is told. Ends when all is told.
    /// </summary>
    public async Task RunAsync(Action<SmppSession> bound, Action<SmppSession> closing, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PduHeader.LengthMax);
        Task writing = Task.CompletedTask;
        try
        {
            int rest;
            using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(account.Settings.ResponseTimeoutSeconds), account.Time))
            using (CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static s => ((SmppSession)s!).Close("stopped"), this))
            using (CancellationTokenRegistration late = timeout.Token.UnsafeRegister(static s => ((SmppSession)s!).Close("bind not answered"), this))
            {
                await BindAsync().ConfigureAwait(false);
                rest = await ReadBindAsync(buffer).ConfigureAwait(false);
            }

            if (rest >= 0)
            {
                bound(this);
                writing = WriteLoopAsync();
                using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static s => ((SmppSession)s!).Close("stopped"), this);
                await ReadLoopAsync(buffer, rest).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (SmppLink.IsFault(exception))
        {
            Close(SmppLink.Words(exception));
        }
        finally
        {
            Close("closed by the carrier");
            buffer.AsSpan().Clear();
            ArrayPool<byte>.Shared.Return(buffer);
            closing(this);
            try
            {
                await writing.ConfigureAwait(false);
            }
            finally
            {
                TellRest();
            }
        }
    }

    // Reads until the bind is answered; -1: refused or ended, else the bytes behind the answer, moved to the buffer's start.
    private async Task<int> ReadBindAsync(byte[] buffer)
    {
        int end = 0;
        while (true)
        {
            int read = await link.ReceiveAsync(buffer.AsMemory(end)).ConfigureAwait(false);
            if (read == 0)
            {
                return -1;
            }

            end += read;
            FrameState frame;
            while ((frame = PduHeader.Read(buffer.AsSpan(0, end), out PduHeader header)) == FrameState.Whole)
            {
                buffer.AsSpan(header.Length, end - header.Length).CopyTo(buffer);
                end -= header.Length;
                if (header.Command != Bind.ResponseOf(bindCommand) && header.Command != Command.GenericNack)
                {
                    continue; // an outbind or something before its time
                }

                if (header.Status != Status.Ok || header.Command == Command.GenericNack)
                {
                    RefusedWith = header.Status == Status.Ok ? Status.SystemError : header.Status;
                    return -1;
                }

                Volatile.Write(ref lastRead, account.Time.GetTimestamp());
                lock (gate)
                {
                    if (state != SessionState.Binding)
                    {
                        return -1;
                    }

                    TurnLocked(SessionState.Bound);
                }

                return end;
            }

            if (frame == FrameState.Broken)
            {
                account.Counters.Add(SmppCount.Malformed);
                Close("malformed answer to the bind");
                return -1;
            }
        }
    }

    private async Task ReadLoopAsync(byte[] buffer, int end)
    {
        int start = 0;
        while (true)
        {
            FrameState frame;
            PduHeader header;
            while ((frame = PduHeader.Read(buffer.AsSpan(start, end - start), out header)) == FrameState.Whole)
            {
                Handle(header, buffer.AsSpan(start + PduHeader.Size, header.Length - PduHeader.Size));
                start += header.Length;
            }

            Tell();
            if (frame == FrameState.Broken)
            {
                // The stream cannot be followed any more. The nack, for the peer's log, is the last that the write loop writes; a peer that does not read is not waited for.
                account.Counters.Add(SmppCount.Malformed);
                Answer(Command.GenericNack, Status.InvalidCommandLength, header.Sequence, last: true);
                await Task.WhenAny(ended.Task, Task.Delay(TimeSpan.FromSeconds(LastWordSeconds), account.Time)).ConfigureAwait(false);
                Close(MalformedLength);
                return;
            }

            if (start == end)
            {
                start = end = 0;
            }
            else if (buffer.Length - end < buffer.Length / 4)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }

            int read = await link.ReceiveAsync(buffer.AsMemory(end)).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            end += read;
            Volatile.Write(ref lastRead, account.Time.GetTimestamp());
        }
    }

    private void Handle(PduHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Command)
        {
            case Command.SubmitSmResp or Command.GenericNack:
                HandleAnswer(header, body);
                break;
            case Command.DeliverSm or Command.DataSm:
                HandleDelivery(header.Command, header.Sequence, body);
                break;
            case Command.EnquireLink:
                Answer(Command.EnquireLinkResp, Status.Ok, header.Sequence);
                break;
            case Command.EnquireLinkResp:
                IsAlive();
                break;
            case Command.Unbind:
                lock (gate)
                {
                    if (state == SessionState.Bound)
                    {
                        TurnLocked(SessionState.Unbinding);
                    }
                }

                Answer(Command.UnbindResp, Status.Ok, header.Sequence);
                break;
            case Command.UnbindResp:
                Close("unbound");
                break;
            case Command.Outbind or Command.AlertNotification:
                break;
            default:
                if (header.Command < Command.GenericNack)
                {
                    account.Counters.Add(SmppCount.Malformed);
                    Answer(Command.GenericNack, Status.InvalidCommandId, header.Sequence);
                }

                break;
        }
    }

    private void IsAlive()
    {
        lock (gate)
        {
            enquireSequence = 0;
        }
    }

    private void HandleAnswer(PduHeader header, ReadOnlySpan<byte> body)
    {
        bool nack = header.Command == Command.GenericNack;
        if (nack && header.Sequence == enquireSequence)
        {
            IsAlive(); // it does not know enquire_link, but it answers
            return;
        }

        Flight flight;
        lock (gate)
        {
            if (!flights.TryTake(header.Sequence, out flight))
            {
                account.Counters.Add(SmppCount.Stray);
                return;
            }

            unanswered = flights.Count;
        }

        if (outcomeCount + flight.Count > GatherMax)
        {
            Tell();
        }

        ref Outcome outcome = ref outcomes[outcomeCount++];
        outcome = OutcomeOf(flight, 0, default);
        outcome.Kind = Status.ToOutcome(nack && header.Status == Status.Ok ? Status.SystemError : header.Status, account.Settings.Errors, out outcome.Reason);
        bool throttled = outcome.Kind == OutcomeKind.Throttled;
        long nowMs = account.Ms(account.Time.GetTimestamp());
        if (account.Pace.Answered(nowMs, throttled, out int pauseMs))
        {
            SmppLog.Throttled(account.Logger, account.Name, pauseMs, (int)account.Pace.Rate);
        }

        switch (outcome.Kind)
        {
            case OutcomeKind.Sent:
                outcome.ReceiptKey = account.Settings.RegisteredDelivery == 0 ? 0 : account.Ids.OfResponse(new PduReader(body).CString(MessageIdText.LengthMax + 1));
                account.Counters.Add(SmppCount.Sent);
                break;
            case OutcomeKind.Throttled:
                outcome.RetryAfterMs = pauseMs;
                account.Counters.Add(SmppCount.Throttled);
                break;
            case OutcomeKind.Refused:
                account.Counters.Add(SmppCount.Refused);
                break;
            default:
                account.Counters.Add(SmppCount.Failed);
                break;
        }

        if (flight.Count > 1 || flight.IsPart)
        {
            outcome.HasWholeReceipt = true; // the settings may be others when it comes
            GatherOthers(flight, outcome);
        }
    }

    // The other segments that left in the same PDU have the same outcome; its receipt is the first one's.
    private void GatherOthers(in Flight flight, in Outcome first)
    {
        for (int i = 1; i < flight.Count; i++)
        {
            ref Outcome other = ref outcomes[outcomeCount++];
            other = OutcomeOf(flight, i, first.Kind);
            other.Reason = first.Reason;
            other.RetryAfterMs = first.RetryAfterMs;
        }
    }

    // Outcomes before receipts: most receipts that arrive in the same bytes as their response find their message at once.
    private void Tell()
    {
        if (outcomeCount > 0)
        {
            int count = outcomeCount;
            outcomeCount = 0;
            account.Events.Settle(outcomes.AsSpan(0, count));
            Wake(); // the window has room again
        }

        if (receiptCount > 0)
        {
            int count = receiptCount;
            receiptCount = 0;
            account.Counters.Add(SmppCount.Receipts, count);
            for (int i = 0; i < count; i++)
            {
                account.Events.Receive(receipts[i], Acknowledge, this, receiptTokens[i]);
            }
        }
    }

    private void Answer(Command command, uint status, uint sequence, bool last = false)
    {
        bool flooded;
        lock (gate)
        {
            if (state == SessionState.Closed)
            {
                return; // the carrier sends again over another bind what it saw no answer to
            }

            flooded = controls.Count >= ControlMax;
            if (!flooded)
            {
                controls.Add(new Control { Command = command, Status = status, Sequence = sequence, Last = last });
            }
        }

        if (flooded)
        {
            Close("the carrier does not read its answers");
            return;
        }

        Wake();
    }
}
