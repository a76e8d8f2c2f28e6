using Router.Engine.Webhooks;
using Router.FrontDoor.Events;
using Router.FrontDoor.Json;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <inheritdoc cref="IWebhookDelivery"/>
internal sealed class WebhookDelivery(WebhookServices shared) : IWebhookDelivery
{
    /// <inheritdoc/>
    public IWebhookRun Start(WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep) => new WebhookLoop(plan, from, keep, shared);

    /// <inheritdoc/>
    public async Task<WebhookAnswer> TestAsync(WebhookPlan plan, CancellationToken cancellationToken) =>
        shared.Administration.Current.FindTenant(plan.Tenant) is { } tenant
            ? await shared.Client.PostAsync(plan, Test(tenant.Name), cancellationToken)
            : new WebhookAnswer(0, 0, WebhookFaults.Stopped, 0);

    private ComposedEvent Test(string tenant)
    {
        DateTimeOffset now = shared.Time.GetUtcNow();
        string id = Guid.CreateVersion7(now).ToString();
        byte[] room = new byte[EventText.BytesMax(0)];
        var text = new Utf8Text(room);
        text.Raw("{\"id\":\""u8);
        text.Ascii(id);
        text.Raw("\",\"type\":\"test\",\"at\":\""u8);
        text.Time(now.ToUnixTimeMilliseconds());
        text.Raw("\",\"tenant\":\""u8);
        text.Ascii(tenant);
        text.Raw("\"}"u8);
        return new ComposedEvent(id, room.AsMemory(0, text.Length));
    }
}
