using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Grains.Webhooks;

namespace Router.Grains.Tests;

/// <summary>Deliveries that all silos of a cluster started, which do what the test says.</summary>
internal sealed class Deliveries
{
    private readonly Lock gate = new();
    private readonly List<StartedDelivery> started = [];

    /// <summary>All that were started, in their order.</summary>
    public IReadOnlyList<StartedDelivery> Started
    {
        get
        {
            lock (gate)
            {
                return [.. started];
            }
        }
    }

    /// <summary>Those that go on.</summary>
    public IReadOnlyList<StartedDelivery> Going => [.. Started.Where(static d => !d.IsStopped)];

    public StartedDelivery Add(StartedDelivery delivery)
    {
        lock (gate)
        {
            started.Add(delivery);
            return delivery;
        }
    }
}

/// <summary>One silo's way to <see cref="Deliveries"/>.</summary>
internal sealed class SiloDeliveries(Deliveries all, string silo) : IWebhookDelivery
{
    public IWebhookRun Start(WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep) => all.Add(new StartedDelivery(silo, plan, from, keep));

    public Task<WebhookAnswer> TestAsync(WebhookPlan plan, CancellationToken cancellationToken) => Task.FromResult(new WebhookAnswer(200, 3, null, 0));
}

/// <summary>A delivery that was started.</summary>
internal sealed class StartedDelivery(string silo, WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep) : IWebhookRun
{
    public string Silo => silo;

    public WebhookPlan Plan => plan;

    public DeliveryProgress From { get; } = from;

    public bool IsStopped { get; set; }

    public DeliveryProgress Progress { get; private set; } = from;

    /// <summary>Goes on to a place, and has it kept.</summary>
    public Task ReachAsync(LogPosition position, DeliveryState state = DeliveryState.Going)
    {
        Progress = Progress with { Position = position };
        return keep(Progress, state);
    }

    /// <summary>Goes on to a place and has nothing kept.</summary>
    public void Reach(LogPosition position) => Progress = Progress with { Position = position };

    public Task<DeliveryProgress> StopAsync()
    {
        IsStopped = true;
        return Task.FromResult(Progress);
    }
}
