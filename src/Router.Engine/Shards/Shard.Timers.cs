using Router.Core.Messages;
using Router.Engine.Timers;

namespace Router.Engine.Shards;

/// <content>The wheel: ends of validity, retries, schedules, recipients' limits. Its ticks are 50 ms of monotonic time, so that a wall clock that jumps only has it look early.</content>
internal sealed partial class Shard
{
    /// <summary>Length of a tick, ms.</summary>
    public const int TickMs = 50;

    private const int ToldAfterMs = 1_000;
    private readonly TimingWheel<WheelLinks> wheel;
    private uint nowTick;

    /// <summary>Moves the wheel on; what is due is decided again or ends.</summary>
    public void Advance(uint tick)
    {
        nowTick = tick;
        var due = new DueMessages(this);
        wheel.Advance(tick, ref due);
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
            case MessageStage.Ready:
                if (NowMs >= message.ValidUntilS * 1000L)
                {
                    Finish(slot, MessageStatus.Expired, Reason.Expired);
                }
                else
                {
                    AddToWheel(slot, message.ValidUntilS * 1000L);
                }

                break;
            case MessageStage.Deferred:
                Place(slot, KeyOf(slot), 0);
                break;
            default:
                throw new InvalidOperationException($"a message in stage {message.Stage} was in the wheel");
        }
    }

    private void Defer(int slot, long untilMs) => DeferTicks(slot, DueTick(Math.Min(untilMs, messages[slot].ValidUntilS * 1000L)));

    private void DeferTicks(int slot, uint due)
    {
        messages[slot].Stage = MessageStage.Deferred;
        AddToWheelAt(slot, Math.Min(due, DueTick(messages[slot].ValidUntilS * 1000L)));
    }

    private void AddToWheel(int slot, long untilMs) => AddToWheelAt(slot, DueTick(untilMs));

    private void AddToWheelAt(int slot, uint due)
    {
        messages[slot].Marks |= MessageMarks.InWheel;
        wheel.Add(slot, due);
    }

    private void RemoveFromWheel(int slot)
    {
        if ((messages[slot].Marks & MessageMarks.InWheel) != 0)
        {
            messages[slot].Marks &= ~MessageMarks.InWheel;
            wheel.Remove(slot);
        }
    }

    private uint DueTick(long untilMs) => nowTick + Ticks(untilMs - NowMs);

    private static uint Ticks(long delayMs) => delayMs <= 0 ? 1 : (uint)Math.Min((delayMs + TickMs - 1) / TickMs, uint.MaxValue / 4);

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
