using System.Buffers;
using Router.Core.Messages;
using Router.Core.Segments;
using Router.Engine.Providers;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

internal sealed partial class SmppSession
{
    /// <summary>Bytes of one write: some 200 submits of a short text, so that a burst costs one call of the kernel.</summary>
    private const int WriteBytes = 32 * 1024;

    /// <summary>The same where long messages leave whole: the longest, 255 segments of 160 bytes, fits into an empty one.</summary>
    private const int WholeWriteBytes = 64 * 1024;

    /// <summary>Outcomes of departures that did not leave, told after a write was put together.</summary>
    private const int FellMax = 256;

    private readonly Outcome[] fell = new Outcome[FellMax];
    private int fellCount;
    private bool lastTaken;

    // When the write under way began, a timestamp; 0: none is. It is as long as an answer may take, for a carrier whose reader hangs may go on to talk.
    private long writingSince;

    private async Task WriteLoopAsync()
    {
        int size = account.SendsWhole ? WholeWriteBytes : WriteBytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            while (true)
            {
                await wake.WaitAsync().ConfigureAwait(false);
                bool more;
                do
                {
                    int length;
                    lock (gate)
                    {
                        if (state == SessionState.Closed)
                        {
                            return;
                        }

                        more = FillLocked(buffer.AsSpan(0, size), out length);
                    }

                    TellFallen();
                    if (length > 0)
                    {
                        Volatile.Write(ref writingSince, Math.Max(account.Time.GetTimestamp(), 1));
                        await link.SendAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                        Volatile.Write(ref writingSince, 0);
                    }

                    if (lastTaken)
                    {
                        Close(MalformedLength);
                        return;
                    }
                }
                while (more);
            }
        }
        catch (Exception exception) when (SmppLink.IsFault(exception))
        {
            Close(SmppLink.Words(exception));
        }
        finally
        {
            Close("writing ended");

            // It held contents and a password.
            buffer.AsSpan().Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task BindAsync()
    {
        byte[] buffer = new byte[Bind.SizeMax];
        int length = Bind.Write(bindCommand, flights.NextSequence(), account.Settings, buffer);
        await link.SendAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
        buffer.AsSpan().Clear();
    }

    // Puts one write together; true when there is more than it holds. First what the peer waits for, then submits.
    private bool FillLocked(Span<byte> destination, out int length)
    {
        length = 0;
        Span<byte> validity = stackalloc byte[SmppTime.Size];
        while (controls.Count > 0)
        {
            if (destination.Length - length < PduHeader.Size + 1)
            {
                return true;
            }

            Control control = controls.Take();
            length += Write(control, destination[length..]);
            if (control.Last)
            {
                lastTaken = true;
                return false;
            }
        }

        while (queue.Count > 0)
        {
            if (fellCount == FellMax || destination.Length - length < ShortMessage.SizeMax)
            {
                return true;
            }

            ref Departure departure = ref queue.Peek();
            int segment = DueSegments.Next(departure, 0);
            if (segment >= DueSegments.End(departure))
            {
                DropHeadLocked();
                continue;
            }

            long now = account.Time.GetTimestamp();
            if (now > departure.ReleaseEnd)
            {
                Fall(ref departure, segment, OutcomeKind.Lapsed, Reason.None);
                continue;
            }

            if (departure.HasLeftWhole)
            {
                Fall(ref departure, segment, OutcomeKind.Sent, Reason.None);
                continue;
            }

            if (state != SessionState.Bound || flights.Count >= account.Settings.Window)
            {
                return false; // an answer, a tick or the end of the link comes back here
            }

            if (!TryRead(departure, segment, out ShortMessage message, out SmsSegmenter segments, out Reason reason))
            {
                Fall(ref departure, segment, OutcomeKind.Refused, reason);
                continue;
            }

            bool isWhole = LeavesWhole(departure);
            if (isWhole && destination.Length - length < ShortMessage.PayloadSizeMax(segments.Count))
            {
                return true; // an empty buffer has room for any
            }

            long validMs = departure.ValidUntilMs - account.Time.GetUtcNow().ToUnixTimeMilliseconds();
            if (validMs <= 0)
            {
                Fall(ref departure, segment, OutcomeKind.Lapsed, Reason.None); // the shard decides again and lets it expire
                continue;
            }

            if (!account.Pace.TryTake(account.Ms(now)))
            {
                return false;
            }

            SmppTime.WriteRelative(validMs, validity);
            length += isWhole
                ? WriteWhole(ref departure, now, ref message, segments, validity, destination[length..])
                : WriteSubmit(ref departure, segment, now, ref message, segments, validity, destination[length..]);
        }

        return false;
    }

    private int WriteSubmit(
        ref Departure departure, int segment, long now, scoped ref ShortMessage message, scoped in SmsSegmenter segments, scoped ReadOnlySpan<byte> validity, Span<byte> destination)
    {
        bool bySar = account.Settings.LongMessages == LongMessages.Sar;
        var submit = new ShortMessage
        {
            Source = message.Source,
            Destination = message.Destination,
            EsmClass = segments.HasHeader && !bySar ? ShortMessage.EsmUserDataHeader : (byte)0,
            DataCoding = (byte)segments.Encoding,
            RegisteredDelivery = account.Settings.RegisteredDelivery,
            ValidityPeriod = validity,
            Standard = account.Settings.DefaultAlphabet,
        };
        uint sequence = flights.Add(departure.Id, departure.Epoch, (byte)segment, now);
        unanswered = flights.Count;
        account.Counters.Add(SmppCount.Submitted);

        // The reference comes from the id, so that a segment tried again later fits the ones that arrived.
        int written = submit.WriteSubmit(sequence, segments, (ushort)departure.Id.Tail, bySar, destination);
        int end = DueSegments.End(departure);
        departure.FirstSegment = (byte)(segment + 1);
        departure.SegmentCount = (byte)(end - departure.FirstSegment);
        if (DueSegments.Next(departure, 0) >= end)
        {
            DropHeadLocked();
        }

        return written;
    }

    // A long message leaves whole with its first segment. What another account has left of one goes out as segments.
    private bool LeavesWhole(in Departure departure) => account.SendsWhole && departure.Segments > 1 && departure is { FirstSegment: 0, SegmentsDone: null };

    private int WriteWhole(
        ref Departure departure, long now, scoped ref ShortMessage message, scoped in SmsSegmenter segments, scoped ReadOnlySpan<byte> validity, Span<byte> destination)
    {
        var submit = new ShortMessage
        {
            Source = message.Source,
            Destination = message.Destination,
            DataCoding = (byte)segments.Encoding,
            RegisteredDelivery = account.Settings.RegisteredDelivery,
            ValidityPeriod = validity,
            Standard = account.Settings.DefaultAlphabet,
        };
        uint sequence = flights.Add(departure.Id, departure.Epoch, 0, now, departure.SegmentCount, isPart: departure.SegmentCount < departure.Segments);
        unanswered = flights.Count;
        account.Counters.Add(SmppCount.Submitted);
        int written = submit.WriteWhole(sequence, segments, destination);
        DropHeadLocked();
        return written;
    }

    // Reads what the record says and whether SMPP can carry it.
    private bool TryRead(in Departure departure, int segment, out ShortMessage message, out SmsSegmenter segments, out Reason reason)
    {
        message = default;
        segments = default;
        reason = Reason.ProviderRefused;
        MessageRecord record;
        try
        {
            record = MessageRecord.Read(departure.Record.AsSpan(0, departure.RecordLength));
            if (record.Channel != Channel.Sms || record.ContentType != ContentType.Text)
            {
                return false;
            }

            segments = new SmsSegmenter(record.Text, WidthOf(departure, record.Text));
            if (account.Settings.DefaultAlphabet != Alphabet.Gsm && segments.Encoding == SmsEncoding.Gsm7 && IsBeyondStandard(record.Text))
            {
                segments = new SmsSegmenter(record.Text, asUcs2: true);
                if (segments.Count != departure.Segments)
                {
                    return false; // it is counted and paid as fewer
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return false; // bytes that are no record, or a text that the decoder would not have let in: refused alone, the session goes on
        }

        message.Destination = SmppAddress.Of(record.To);
        message.Source = SmppAddress.Of(record.From);
        if (!message.Destination.Fits || message.Destination.Ton != 1)
        {
            reason = Reason.InvalidAddress;
            return false;
        }

        if (!message.Source.Fits)
        {
            reason = Reason.SenderNotAllowed;
            return false;
        }

        if (account.Settings.Addresses is { } rules)
        {
            message.Destination = rules.Destination(message.Destination);
            message.Source = rules.Source(message.Source);
        }

        return segments.MoveTo(segment);
    }

    // GSM has € and Greek capitals, which Latin-1 lacks, and ASCII lacks accents too. Latin-1 begins with C2 and C3 in UTF-8.
    private bool IsBeyondStandard(ReadOnlySpan<byte> text) => text.ContainsAnyInRange(account.Settings.DefaultAlphabet == Alphabet.Latin1 ? (byte)0xC4 : (byte)0x80, (byte)0xFF);

    // A message's count of segments, by which it is paid and its outcomes are told, is made with a reference of 8 bits. Where 16 bits (what a carrier may make of sar_ parameters too) would need
    // one more, 8 bits are used.
    private SmsReference WidthOf(in Departure departure, ReadOnlySpan<byte> text) =>
        account.Settings.LongMessages is LongMessages.Udh8 or LongMessages.Payload || departure.Segments <= 1 || SmsText.Measure(text, SmsReference.Bits16, out _) != departure.Segments
            ? SmsReference.Bits8
            : SmsReference.Bits16;

    private static int Write(in Control control, Span<byte> destination)
    {
        int length = PduHeader.WriteAlone(control.Command, control.Status, control.Sequence, destination);
        if (control.Command is Command.DeliverSmResp or Command.DataSmResp)
        {
            // The unused message_id: a NUL alone (§4.6.2, §4.7.2).
            destination[length++] = 0;
            destination[3] = (byte)length;
        }

        return length;
    }

    // All segments of the head from this one on have the same outcome; those that do not fit into the array come in the next round.
    private void Fall(ref Departure departure, int segment, OutcomeKind kind, Reason reason)
    {
        int end = DueSegments.End(departure);
        while (segment < end && fellCount < FellMax)
        {
            fell[fellCount++] = new Outcome { Provider = account.Number, Message = departure.Id, Epoch = departure.Epoch, Segment = (byte)segment, Kind = kind, Reason = reason };
            account.Counters.Add(kind switch { OutcomeKind.Lapsed => SmppCount.Lapsed, OutcomeKind.Sent => SmppCount.Sent, _ => SmppCount.Refused });
            departure.FirstSegment = (byte)(segment + 1);
            departure.SegmentCount = (byte)(end - departure.FirstSegment);
            segment = DueSegments.Next(departure, 0);
        }

        if (segment >= end)
        {
            DropHeadLocked();
        }
    }

    private void DropHeadLocked()
    {
        ref Departure departure = ref queue.Peek();
        DueSegments.ReturnRecord(ref departure);
        queuedByConversation[PartOf(departure.Conversation)]--;
        queue.Drop();
        queued = queue.Count;
    }

    private void TellFallen()
    {
        if (fellCount > 0)
        {
            int count = fellCount;
            fellCount = 0;
            account.Events.Settle(fell.AsSpan(0, count));
        }
    }
}
