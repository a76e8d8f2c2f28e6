using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;

namespace Router.Simulation.Kafka;

/// <summary>Bodies of events: their place in the log is their id, and all that they tell.</summary>
internal sealed class Bodies : IEventBodies
{
    public ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken)
    {
        foreach (ref readonly LogEvent one in events.Span)
        {
            Violation.Unless(one.Entry.Tenant == tenant.Number, $"an event of tenant {one.Entry.Tenant} was to be told to tenant {tenant.Number}");
            bodies.Room(2)[0] = (byte)'{';
            bodies.Room(2)[1] = (byte)'}';
            bodies.Add((ulong)one.Position.Commit, (ulong)one.Position.Index, "message.queued", 2);
        }

        return default;
    }
}
