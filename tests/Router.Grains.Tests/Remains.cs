using System.Collections.Concurrent;
using Router.Grains.Tenants;

namespace Router.Grains.Tests;

/// <summary>Remembers which tenants' remains were destroyed; fails on demand.</summary>
internal sealed class Remains : ITenantRemains
{
    private int faults;

    public ConcurrentQueue<(int Tenant, string Name)> Destroyed { get; } = new();

    /// <summary>The next time nothing is destroyed.</summary>
    public void FailNext() => Interlocked.Exchange(ref faults, 1);

    public Task DestroyAsync(int tenant, string name)
    {
        if (Interlocked.Exchange(ref faults, 0) > 0)
        {
            throw new IOException("disk broken, says the test");
        }

        Destroyed.Enqueue((tenant, name));
        return Task.CompletedTask;
    }
}
