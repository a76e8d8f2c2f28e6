using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Engine.Inbound;

/// <summary>Where a message from an end user came from, and to.</summary>
/// <param name="Tenant">The tenant's number; 0: nobody was found for it.</param>
/// <param name="Channel">The channel.</param>
/// <param name="From">Who sent it: canonical address without the channel's word, or as the provider says where that is none (a name, a short code).</param>
/// <param name="Own">The number it came to, as its tenant writes it.</param>
/// <param name="Provider">The provider's number.</param>
public sealed record InboundOrigin(int Tenant, Channel Channel, ReadOnlyMemory<byte> From, Sender Own, int Provider)
{
    /// <inheritdoc/>
    public override string ToString() => $"inbound {Channel} of tenant {Tenant}"; // no address in a log
}
