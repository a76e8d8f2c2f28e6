using Router.Core.Messages;
using Router.Engine.Timers;

namespace Router.Engine.Shards;

/// <content>The wheel: ends of validity, retries, schedules, recipients' limits. Its ticks are 50 ms of monotonic time, so that a wall clock that jumps only has it look early.</content>
internal sealed partial class Shard
{
    /// <summary>Length of a tick, ms.</summary>
    public const int TickMs = 50;

    private const int ToldAfterMs = 1_000;
    private const long DelayMsMax = uint.MaxValue / 4 * (long)TickMs;
    private const long JumpMs = 500;
    private readonly TimingWheel<WheelLinks> wheel;
    private long wallAhead = long.MinValue;
    private long wallAheadMin = long.MaxValue;

    /// <summary>Moves the wheel on; what is due is decided again or ends.</summary>
    public void Advance(uint tick)
    {
        FollowWallClock();
        var due = new DueMessages(this);
        wheel.Advance(tick, ref due);
        if (groupsByAge.Count + repeatedParts.Count > 0)
        {
            TimeOutParts();
        }
    }

    /// <summary>Tells the messages that have waited in their lanes for a second that they must wait: <c>queued</c> is told only then (DESIGN §6).</summary>
    public void TellWaiting()
    {
        foreach (ShardLane? lane in lanes)
        {
            if (lane is null || lane.First < 0)
            {
                continue;
            }

            int slot = lane.ToldUpTo >= 0 ? messages[lane.ToldUpTo].LaneNext : lane.First;
            while (slot >= 0 && pending.Count < options.EntryBatchMax && messages[slot].Id.UnixMs + ToldAfterMs <= NowMs)
            {
                if (messages[slot].Stage == MessageStage.Ready)
                {
                    Tell(slot, effects.IsHealthy(lane.Key.Provider) ? Reason.Limit : Reason.ProviderDown);
                }

                lane.ToldUpTo = slot;
                slot = messages[slot].LaneNext;
            }
        }
    }

    private void OnDue(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        switch (message.Stage)
        {
            case MessageStage.Ready or MessageStage.Dormant:
                if (NowMs >= message.ValidUntilS * 1000L)
                {
                    Finish(slot, MessageStatus.Expired, Reason.Expired);
                }
                else
                {
                    AddToWheel(slot, message.ValidUntilS * 1000L);
                }

                break;
            case MessageStage.Quiet:
                LeaveQuiet(slot);
                break;
            case MessageStage.Deferred:
                Place(slot, KeyOf(slot), NotBeforeMs(slot));
                break;
            default:
                throw new InvalidOperationException($"a message in stage {message.Stage} was in the wheel");
        }
    }

    private void Defer(int slot, long untilMs)
    {
        messages[slot].Stage = MessageStage.Deferred;
        Decided(slot);
        AddToWheel(slot, Math.Min(untilMs, messages[slot].ValidUntilS * 1000L));
    }

    // Keeps the time itself, too, for a wall clock that jumps: in place of the record's place in the ring, which will be overwritten by then (if not, it is read back).
    private void Schedule(int slot, long notBeforeMs)
    {
        ref WaitingMessage message = ref messages[slot];
        message.Marks |= MessageMarks.Scheduled | MessageMarks.NotInRing;
        message.RingAt = (uint)(notBeforeMs / 1000);
        Defer(slot, notBeforeMs);
    }

    // Rounded down to a second: the wheel has the exact time.
    private long NotBeforeMs(int slot) => (messages[slot].Marks & MessageMarks.Scheduled) != 0 ? messages[slot].RingAt * 1000L : 0;

    private void AddToWheel(int slot, long untilMs)
    {
        messages[slot].Marks |= MessageMarks.InWheel;
        wheel.Add(slot, DueTick(untilMs));
    }

    // The wheel counts monotonic ticks; schedules and validities are wall times. When the wall clock was set, they are looked at anew, all of them: rare.
    private void FollowWallClock()
    {
        long ahead = NowMs - MonotonicMs;
        bool jumped = wallAhead != long.MinValue && Math.Abs(ahead - wallAhead) > JumpMs;
        wallAheadMin = Math.Min(wallAheadMin, ahead);
        if (wallAhead == long.MinValue || jumped)
        {
            wallAhead = ahead; // drift adds up to a jump in the end
        }

        for (int slot = 0; jumped && slot < messageCount; slot++)
        {
            MessageMarks marks = messages[slot].Marks;
            bool scheduled = messages[slot].Stage == MessageStage.Deferred && (marks & MessageMarks.Scheduled) != 0;
            if ((marks & MessageMarks.InWheel) != 0 && messages[slot].Stage == MessageStage.Quiet)
            {
                RemoveFromWheel(slot);
                AddToWheel(slot, NowMs); // decided again: the clock that jumped is the one on the recipient's wall
            }
            else if ((marks & MessageMarks.InWheel) != 0 && (scheduled || messages[slot].Stage is MessageStage.Ready or MessageStage.Dormant))
            {
                RemoveFromWheel(slot);
                long validUntilMs = messages[slot].ValidUntilS * 1000L;
                AddToWheel(slot, scheduled ? Math.Min(NotBeforeMs(slot) + 1000, validUntilMs) : validUntilMs);
            }
        }
    }

    private void RemoveFromWheel(int slot)
    {
        if ((messages[slot].Marks & MessageMarks.InWheel) != 0)
        {
            messages[slot].Marks &= ~MessageMarks.InWheel;
            wheel.Remove(slot);
        }
    }

    // The first tick that begins when the time has come or after it.
    private uint DueTick(long untilMs) => (uint)((MonotonicMs + Math.Clamp(untilMs - NowMs, 0, DelayMsMax) + TickMs - 1) / TickMs);

    private readonly struct DueMessages(Shard shard) : IDueItems
    {
        public bool Take(int item)
        {
            shard.messages[item].Marks &= ~MessageMarks.InWheel;
            shard.OnDue(item);
            return true;
        }
    }

    internal readonly struct WheelLinks(Shard shard) : IWheelLinks
    {
        public ref int Next(int item) => ref shard.messages[item].WheelNext;

        public ref int Previous(int item) => ref shard.messages[item].WheelPrevious;

        public ref uint Due(int item) => ref shard.messages[item].DueTick;
    }
}
