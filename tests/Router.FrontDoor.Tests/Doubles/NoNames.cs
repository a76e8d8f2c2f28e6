using System.Net;
using Router.FrontDoor.Webhooks;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>No name has an address: nothing that a test does not mean to reach is asked for.</summary>
internal sealed class NoNames : IHostResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult<IPAddress[]>([]);
}
