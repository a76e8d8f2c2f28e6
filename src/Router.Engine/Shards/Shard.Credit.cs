using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Credit;
using Router.Engine.Dispatch;

namespace Router.Engine.Shards;

/// <content>
/// Credit (R3.5): the first decision that lets a message go on and finds a price reserves it for all its segments; a segment taken is spent; what ends without leaving is given back. The price stands in the
/// message's lane, so that a change of prices holds for what comes later. A tenant without prices costs one comparison.
/// </content>
internal sealed partial class Shard
{
    private void Charge(int slot, long price, ref LaneKey identity, ref Verdict verdict)
    {
        if (verdict.Kind is not (VerdictKind.Release or VerdictKind.Defer))
        {
            return;
        }

        if (effects.TryReserve(identity.Tenant, price * SegmentsDue(slot)))
        {
            identity = identity with { Price = price };
        }
        else
        {
            verdict = Verdict.Reject(Reason.CreditExhausted);
        }
    }

    // What a message that leaves the shard had reserved and not spent.
    private void GiveCreditBack(int slot, in LaneKey key, MessageStatus status)
    {
        if (key.Price != 0 && status != MessageStatus.Sent)
        {
            effects.GiveBack(key.Tenant, key.Price * SegmentsDue(slot));
        }
    }

    // The ownership ends: all that is reserved is given back, for whoever takes the shard reserves anew. Segments that were told to the journal may be spent: that shows then.
    private void AbandonCredit()
    {
        foreach (ref Step step in underWay.Span)
        {
            if (step.Price == 0)
            {
                continue;
            }

            int tenant = KeyOf(step.Slot).Tenant;
            effects.Doubt(new DoubtfulCharge(messages[step.Slot].Id, step.Segment, step.Kind == StepKind.Finish, tenant, step.Price));
            if (messages[step.Slot].Segments > 1)
            {
                effects.GiveBack(tenant, step.Price); // it counts among those done already
            }
        }
    }
}
