using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Router.FrontDoor;
using Router.Grains.Administration;
using Router.Host.Settings;

namespace Router.Host.Wiring;

/// <summary>Once everything runs: says where, and prints the operator's key if one had to be made, this once.</summary>
internal sealed class Announcement(IServer server, OperatorKeys operatorKeys, HostSettings settings) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (settings.OperatorKey is null)
        {
            string key = FrontDoorOptions.NewKey();
            if (await operatorKeys.OfferAsync(FrontDoorOptions.HashOf(key), cancellationToken))
            {
                Console.WriteLine($"operator key, shown this once: {key}");
            }
        }

        IServerAddressesFeature? addresses = server.Features.Get<IServerAddressesFeature>();
        Console.WriteLine($"Router serves {string.Join(", ", addresses?.Addresses ?? [])}, data in {Path.GetFullPath(settings.StoragePath)}");
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
