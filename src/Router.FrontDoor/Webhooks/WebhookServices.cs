using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.FrontDoor.Events;
using Router.Grains.Administration;

namespace Router.FrontDoor.Webhooks;

/// <summary>What all deliveries of this silo share.</summary>
internal sealed class WebhookServices(
    IJournal journal, IAdministration administration, EventComposer composer, WebhookClient client, WebhookSlots slots, EventFan fan, LogTurns turns, WebhookTimes times, FrontDoorCounts counts,
    TimeProvider time, ILogger<WebhookServices> log)
{
    private readonly Random seeds = new(Environment.ProcessId);

    internal IJournal Journal { get; } = journal;

    internal IAdministration Administration { get; } = administration;

    internal EventComposer Composer { get; } = composer;

    internal WebhookClient Client { get; } = client;

    internal WebhookSlots Slots { get; } = slots;

    internal EventFan Fan { get; } = fan;

    internal LogTurns Turns { get; } = turns;

    internal WebhookTimes Times { get; } = times;

    internal FrontDoorCounts Counts { get; } = counts;

    internal TimeProvider Time { get; } = time;

    internal ILogger Log { get; } = log;

    /// <summary>Spreads retries; of another silo's otherwise.</summary>
    internal Random NewJitter()
    {
        lock (seeds)
        {
            return new Random(seeds.Next());
        }
    }
}
