using Router.Core.Tenants;
using Router.Engine.Journal;

namespace Router.Grains.Streams;

/// <summary>Port: events as tenants are told of them, for those that send them elsewhere than over HTTP.</summary>
public interface IEventBodies
{
    /// <summary>Adds the bodies of <paramref name="events"/>, all of <paramref name="tenant"/>, to <paramref name="bodies"/>, in their order: the same bytes under the same ids that streams and webhooks tell.</summary>
    ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken);
}
