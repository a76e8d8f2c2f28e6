using Router.Engine.Webhooks;

namespace Router.Grains.Webhooks;

/// <summary>Port: who composes events and posts them. The grain owns a webhook's place and state, this does the work, on its own threads.</summary>
public interface IWebhookDelivery
{
    /// <summary>Starts to deliver from <paramref name="from"/> on.</summary>
    /// <param name="plan">The webhook.</param>
    /// <param name="from">Where to go on.</param>
    /// <param name="keep">Keeps what has become of it: called now and then, one call at a time, and at once when the state is not <see cref="DeliveryState.Going"/>; a fault means that it is not kept.</param>
    IWebhookRun Start(WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep);

    /// <summary>Posts one event of type <c>test</c>, whatever the filter is.</summary>
    Task<WebhookAnswer> TestAsync(WebhookPlan plan, CancellationToken cancellationToken);
}
