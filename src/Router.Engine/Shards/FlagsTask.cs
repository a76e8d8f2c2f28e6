using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Inbound;

namespace Router.Engine.Shards;

/// <summary>A change of flags on its way through a shard.</summary>
/// <remarks>A STOP or START that an inbound message made is one too, with that message in place of who asked over HTTP.</remarks>
internal sealed class FlagsTask(int tenant, ContactId contact, FlagsChange change, InboundTask? inbound = null)
{
    public readonly int Tenant = tenant;
    public readonly ContactId Contact = contact;
    public readonly FlagsChange Change = change;
    public readonly TaskCompletionSource<ContactFlags?> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public ContactFlags Kept;

    /// <summary>It is kept and in force; null: it is not, or not for certain: asked again, it is.</summary>
    public void Settle(ContactFlags? kept)
    {
        inbound?.Answer(kept is not null);
        Answer.TrySetResult(kept);
    }
}
