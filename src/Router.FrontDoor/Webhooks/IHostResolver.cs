using System.Net;

namespace Router.FrontDoor.Webhooks;

/// <summary>Port: the addresses of a host's name, asked for at each connection. Tests give answers that change.</summary>
internal interface IHostResolver
{
    /// <summary>All of them.</summary>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}
