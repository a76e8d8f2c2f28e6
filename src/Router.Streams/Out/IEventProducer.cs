using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;

namespace Router.Streams.Out;

/// <summary>Writes to <c>router.events</c>, where nothing may be lost. One caller at a time.</summary>
internal interface IEventProducer
{
    /// <summary>A batch for it, which must not overtake <paramref name="after"/>.</summary>
    WriteBatch Begin(ProducerTally tally, WriteBatch? after);

    /// <summary>Writes the event at <paramref name="index"/>. Waits while the client's queue is full, or there is no client.</summary>
    ValueTask WriteAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, int index, WriteBatch batch, CancellationToken cancellationToken);
}
