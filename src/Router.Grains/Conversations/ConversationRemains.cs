using Router.Grains.Tenants;

namespace Router.Grains.Conversations;

/// <summary>What lies beside a tenant's conversations ends with it: of most nothing can be opened by then, but when they were read can.</summary>
internal sealed class ConversationRemains(IGrainFactory grains, IStateRemoval states) : ITenantRemains
{
    /// <inheritdoc/>
    public Task DestroyAsync(int tenant, string name) =>
        states.RemoveAsync(ConversationMemory.StateName, grains.GetGrain<IConversationGrain>(ConversationKey.BeginningOf(tenant)).GetGrainId());
}
