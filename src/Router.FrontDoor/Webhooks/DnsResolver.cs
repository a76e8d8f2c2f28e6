using System.Net;

namespace Router.FrontDoor.Webhooks;

/// <summary>The system's resolver.</summary>
internal sealed class DnsResolver : IHostResolver
{
    /// <inheritdoc/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
