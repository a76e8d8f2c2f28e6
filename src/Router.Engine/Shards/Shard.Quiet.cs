using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Times;

namespace Router.Engine.Shards;

/// <content>
/// Quiet hours (R3.4): marketing waits in the wheel until they end. A change of its contact's zone does not wake it: it looks at the zone when it wakes, a day later at most.
/// </content>
internal sealed partial class Shard
{
    // Of a long lane at the beginning of quiet hours, so many messages go to the wheel at one ask: the dispatcher asks again, and others have their turn.
    private const int QuietAnAskMax = 512;

    private bool anyQuiet;

    /// <summary>The configuration changed: what waits for quiet hours to end is decided again.</summary>
    public void DecideQuietAnew()
    {
        bool were = anyQuiet;
        anyQuiet = false;
        for (int slot = 0; were && slot < messageCount; slot++)
        {
            if (messages[slot].Stage == MessageStage.Quiet)
            {
                RemoveFromWheel(slot);
                LeaveQuiet(slot);
            }
        }
    }

    private long QuietUntil(QuietClock clock, int slot, int leadMs) =>
        clock.QuietUntil(FlagsOf(messages[slot].Contact), new DestinationPrefix(messages[slot].Prefix), NowMs, leadMs);

    // The message is in no list and no wheel.
    private void KeepQuiet(int slot, long untilMs)
    {
        messages[slot].Marks &= ~MessageMarks.Scheduled; // its time has come
        if (!doubtful.Contains(slot))
        {
            GivePlaceBack(slot); // all night it would be of no use to it, and keep others of its contact waiting
        }

        Defer(slot, untilMs);
        messages[slot].Stage = MessageStage.Quiet;
        anyQuiet = true;
        Tell(slot, Reason.QuietHours);
    }

    private void LeaveQuiet(int slot)
    {
        messages[slot].Stage = MessageStage.Deferred;
        Place(slot, KeyOf(slot), 0);
    }
}
