using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Core.Times;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <content>The release: who may leave now is decided again from memory; no write (DESIGN §3).</content>
internal sealed partial class Shard
{
    // Records read back, by the message's head, in arrays of the pool: at most as many as ReadBackMax and one read, and one more a lane.
    private readonly Dictionary<ulong, (byte[] Bytes, int Length)> readBack = [];
    private readonly List<int> readBackLanes = [];

    private int ReadBackMax => options.ReleaseBatchMax * 8;

    /// <summary>Set by the owner: releases may be given.</summary>
    public bool MayRelease { get; set; }

    /// <summary>Fills the answer of <paramref name="ask"/> from the front of its lane. Reads records back through <paramref name="read"/> when it is free and they are no longer in memory.</summary>
    /// <returns>True when <paramref name="read"/> was filled and must be sent to the journal.</returns>
    public bool Release(ReleaseAsk ask, RecordRead? read)
    {
        if ((uint)ask.ShardLane >= (uint)lanes.Count || lanes[ask.ShardLane] is not { } lane || lane.Key != ask.Lane!.Key)
        {
            return false; // it is gone, or an earlier owner's; its number may be another's
        }

        lane.Offered = false;
        bool reading = false;
        Tenant? tenant = Configuration.FindTenant(lane.Key.Tenant);
        bool senderAllowed = SenderAllowed(tenant, lane.Key.SenderTag);
        QuietClock? quiet = lane.Key.Purpose == Purpose.Marketing ? tenant?.Quiet : null;
        int kept = 0;
        bool hasTooLong = false;
        RecipientLimit? limit = tenant?.Settings.Limits.PerRecipient;
        int leaving = 0;
        while (MayRelease && lane.First >= 0 && ask.Departures.Count + leaving < ask.MessagesMax)
        {
            int slot = lane.First;
            ref WaitingMessage message = ref messages[slot];
            if (message.Stage != MessageStage.Ready)
            {
                Pop(lane);
                if ((message.Marks & MessageMarks.Unlinked) != 0)
                {
                    Free(slot);
                }

                continue;
            }

            var facts = new MessageFacts(lane.Key.Purpose, 0, message.ValidUntilS * 1000L, senderAllowed, true)
            {
                // A release is good for ReleaseMs: what leaves at its end must not be in quiet hours either.
                QuietUntilMs = quiet is null ? 0 : QuietUntil(quiet, slot, options.ReleaseMs),
            };
            Verdict verdict = Decide(slot, facts);
            if (verdict.Kind != VerdictKind.Release)
            {
                Pop(lane);
                RemoveFromWheel(slot);
                if (verdict.Kind == VerdictKind.Defer)
                {
                    KeepQuiet(slot, verdict.UntilMs);
                    if (++kept == QuietAnAskMax)
                    {
                        break;
                    }

                    continue;
                }

                Finish(slot, verdict.Kind == VerdictKind.Expire ? MessageStatus.Expired : MessageStatus.Rejected, verdict.Reason);
                continue;
            }

            int due = SegmentsDue(slot);
            int room = ask.SegmentsMax - ask.Segments;
            if (room <= 0 || (due > room && (ask.Departures.Count > 0 || !ask.MayPart)))
            {
                hasTooLong = true;
                break;
            }

            bool cleared = (message.Marks & MessageMarks.Cleared) != 0;
            if (limit is not null && !cleared && !HasLeftInPart(slot))
            {
                if (unrecoveredPlaces > 0 || MonotonicMs < placesFromMs)
                {
                    break; // one that is not taken up yet may hold the place, or go first
                }

                Pop(lane);
                RemoveFromWheel(slot);
                leaving += Leave(slot, limit) ? 1 : 0;
                continue;
            }

            if (limit is not null && cleared && DepartsAt(slot, limit) is var departsAt && departsAt > MonotonicMs)
            {
                Pop(lane);
                RemoveFromWheel(slot);
                WaitForPlace(slot, departsAt);
                continue;
            }

            if (!TryGetRecord(slot, out ReadOnlySpan<byte> record))
            {
                reading = read is not null && StartReading(ask.ShardLane, lane, read);
                break;
            }

            Pop(lane);
            RemoveFromWheel(slot);
            DepartFromPlace(slot, limit, ask.ReleaseEnd);
            Depart(slot, record, Math.Min(due, room), ask);
        }

        ask.More = lane.First >= 0 && !lane.Reading && (ask.Departures.Count > 0 || hasTooLong || kept > 0);
        lane.Offered = ask.More;
        ask.Available = ask.More ? lane.Count : 0;
        ask.NextSegments = ask.More ? SegmentsOfNext(lane) : 0;
        RemoveLaneIfUnused(ask.ShardLane, lane);
        return reading;
    }

    /// <summary>Offers every lane that waits: releases may be given from now on.</summary>
    public void OfferAll()
    {
        for (int i = 0; i < lanes.Count; i++)
        {
            if (lanes[i] is { First: >= 0 } lane)
            {
                lane.Offered = false;
                Offer(i, lane);
            }
        }
    }

    /// <summary>
    /// The records asked for are there. They stay until their messages leave or end, or <see cref="TrimReadBack"/>.
    /// </summary>
    public void RecordsRead(RecordRead read)
    {
        foreach (ref StoredRecord item in read.Items.Span)
        {
            int slot = read.Failed ? -1 : FindMessage(item.Id);
            if (slot < 0)
            {
                continue;
            }

            if (item.Length > 0)
            {
                ForgetReadBack(item.Id.Head);
                byte[] bytes = RecordPool.Shared.Rent(item.Length);
                read.Records.Span.Slice(item.Offset, item.Length).CopyTo(bytes);
                readBack.Add(item.Id.Head, (bytes, item.Length));
            }
            else if (messages[slot].Stage == MessageStage.Ready)
            {
                // Its contact's key was destroyed: nothing of it can leave.
                RemoveFromWheel(slot);
                Finish(slot, MessageStatus.Cancelled, Reason.None);
            }
        }

        foreach (int index in readBackLanes)
        {
            ShardLane lane = lanes[index]!;
            lane.Reading = false;
            RemoveLaneIfUnused(index, lane);
        }

        readBackLanes.Clear();
        if (!read.Failed)
        {
            OfferAll(); // other lanes may have wanted to read meanwhile; after a failure the next second tries again
        }
    }

    /// <summary>Each second: records read back for lanes that were not asked since make room for others.</summary>
    public void TrimReadBack()
    {
        if (readBack.Count >= ReadBackMax)
        {
            ForgetAllReadBack();
        }
    }

    private bool TryGetRecord(int slot, out ReadOnlySpan<byte> record)
    {
        ref WaitingMessage message = ref messages[slot];
        if ((message.Marks & MessageMarks.NotInRing) == 0)
        {
            if (ring.TryGet(message.Head, message.RingAt, out record))
            {
                return true;
            }

            message.Marks |= MessageMarks.NotInRing;
        }

        if (readBack.TryGetValue(message.Head, out (byte[] Bytes, int Length) found))
        {
            record = found.Bytes.AsSpan(0, found.Length);
            return true;
        }

        record = default;
        return false;
    }

    // Asks for the records of the lane's first messages, in its order: as many as one release may take twice, or one when there is no room.
    private bool StartReading(int index, ShardLane lane, RecordRead read)
    {
        read.Items.Clear();
        read.Records.Clear();
        read.Failed = false;

        // What was read for other lanes stays until they are asked: dropped for this one, all of many lanes could read in turn for ever.
        int most = readBack.Count < ReadBackMax ? options.ReleaseBatchMax * 2 : 1;
        for (int slot = lane.First; slot >= 0 && read.Items.Count < most; slot = messages[slot].LaneNext)
        {
            if (messages[slot].Stage != MessageStage.Ready)
            {
                continue;
            }

            ref StoredRecord item = ref read.Items.Add();
            item.Id = messages[slot].Id;
            item.Tenant = lane.Key.Tenant;
            item.KeySlot = rows[messages[slot].Contact].KeySlot;
        }

        if (read.Items.Count == 0)
        {
            return false;
        }

        lane.Reading = true;
        readBackLanes.Add(index);
        return true;
    }

    private void Depart(int slot, ReadOnlySpan<byte> record, int segments, ReleaseAsk ask)
    {
        ref WaitingMessage message = ref messages[slot];
        message.Stage = MessageStage.Sending;
        message.ReleaseEnd = ask.ReleaseEnd;
        ref ContactRow row = ref rows[message.Contact];
        row.Open++;
        Decided(slot);
        if (traced.Count > 0)
        {
            TraceDeparture(slot);
        }

        byte[] rented;
        if (readBack.Remove(message.Head, out (byte[] Bytes, int Length) found))
        {
            rented = found.Bytes; // the record is this very array
        }
        else
        {
            rented = RecordPool.Shared.Rent(record.Length);
            record.CopyTo(rented);
        }

        ref Departure departure = ref ask.Departures.Add();
        departure.Id = message.Id;
        departure.Epoch = epoch;
        departure.Conversation = row.High ^ row.Low;
        departure.ReleaseEnd = ask.ReleaseEnd;
        departure.ValidUntilMs = message.ValidUntilS * 1000L;
        departure.Record = rented;
        departure.RecordLength = record.Length;
        departure.Segments = message.Segments;
        departure.SegmentCount = (byte)segments;
        if (message.Segments > 1)
        {
            DepartSegments(slot, segments, ref departure);
        }

        ask.Segments += segments;
    }

    private void ForgetReadBack(ulong head)
    {
        if (readBack.Remove(head, out (byte[] Bytes, int Length) found))
        {
            RecordPool.Shared.Return(found.Bytes, found.Length);
        }
    }

    private void ForgetAllReadBack()
    {
        foreach ((byte[] bytes, int length) in readBack.Values)
        {
            RecordPool.Shared.Return(bytes, length);
        }

        readBack.Clear();
    }
}
