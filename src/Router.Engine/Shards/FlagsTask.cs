using Router.Core.Addresses;
using Router.Core.Consent;

namespace Router.Engine.Shards;

/// <summary>A change of flags on its way through a shard.</summary>
internal sealed class FlagsTask(int tenant, ContactId contact, FlagsChange change)
{
    public readonly int Tenant = tenant;
    public readonly ContactId Contact = contact;
    public readonly FlagsChange Change = change;
    public readonly TaskCompletionSource<ContactFlags?> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public ContactFlags Kept;
}
