using Router.Engine.Webhooks;

namespace Router.Grains.Webhooks;

/// <summary>A delivery that goes on.</summary>
public interface IWebhookRun
{
    /// <summary>Ends it; what has become of it by then. What is under way counts as not sent. May be called once.</summary>
    Task<DeliveryProgress> StopAsync();

    /// <summary>How it stands now.</summary>
    DeliveryProgress Progress { get; }
}
