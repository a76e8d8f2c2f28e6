using Microsoft.Extensions.Hosting;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.FrontDoor.Access;
using Router.FrontDoor.Health;
using Router.Grains.Administration;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Events;

/// <summary>What all event streams of this silo share.</summary>
internal sealed class EventStreamServices(
    IJournal journal, IKeyedHash hash, IAdministration administration, Doorkeeper doorkeeper, FrontDoorCounts counts, SlowClients slowClients, TimeProvider time, FrontDoorOptions options,
    IHostApplicationLifetime lifetime, IWebhooks webhooks, LogTurns turns)
{
    internal IJournal Journal { get; } = journal;

    internal IKeyedHash Hash { get; } = hash;

    internal IAdministration Administration { get; } = administration;

    internal Doorkeeper Doorkeeper { get; } = doorkeeper;

    internal FrontDoorCounts Counts { get; } = counts;

    internal SlowClients SlowClients { get; } = slowClients;

    internal TimeProvider Time { get; } = time;

    internal FrontDoorOptions Options { get; } = options;

    internal LogTurns Turns { get; } = turns;

    /// <summary>Room for what a batch tells beside its entries.</summary>
    internal ReferencesPool References { get; } = new(journal, webhooks);

    /// <summary>Cancelled when this process begins to stop: streams end, clients go elsewhere.</summary>
    internal CancellationToken Stopping { get; } = lifetime.ApplicationStopping;
}
