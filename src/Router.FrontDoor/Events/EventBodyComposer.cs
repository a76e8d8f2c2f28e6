using Router.Core.Events;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;
using Router.Grains.Streams;

namespace Router.FrontDoor.Events;

/// <inheritdoc cref="IEventBodies"/>
/// <remarks>Near 0 B an event; references cost a look-up each.</remarks>
internal sealed class EventBodyComposer(EventStreamServices shared) : IEventBodies
{
    private const int CloakedAtOnce = 256;

    /// <inheritdoc/>
    public async ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(bodies);
        References references = shared.References.Rent();
        try
        {
            await references.FetchAsync(tenant.Number, events, cancellationToken).ConfigureAwait(false);
            Write(tenant, events, references, bodies);
        }
        finally
        {
            shared.References.Return(references);
        }
    }

    private void Write(Tenant tenant, StructList<LogEvent> events, References references, EventBodies bodies)
    {
        Configuration configuration = shared.Administration.Current;
        Span<UInt128> blocks = stackalloc UInt128[2 * CloakedAtOnce]; // 8 KiB
        for (int from = 0; from < events.Count; from += CloakedAtOnce)
        {
            ReadOnlySpan<LogEvent> some = events.Span[from..Math.Min(events.Count, from + CloakedAtOnce)];
            Cursor.OfEvents(shared.Hash, tenant.Number, some, blocks);
            for (int i = 0; i < some.Length; i++)
            {
                ref readonly LogEvent one = ref some[i];
                ReadOnlySpan<byte> reference = references.Of(one.Entry, out bool erased);
                ReadOnlySpan<byte> inbound = references.InboundOf(one.Entry);
                var text = new Utf8Text(bodies.Room(EventText.BytesMax(reference.Length, inbound.Length)));
                EventText.Write(ref text, one, tenant, configuration, blocks[(2 * i) + 1], reference, erased, references.WebhookOf(one.Entry), inbound);
                (ulong head, ulong tail) = EventText.IdOf(blocks[(2 * i) + 1], one.Entry.AtMs);
                bodies.Add(head, tail, EventTypes.Of(EventText.TypeOf(one.Entry)), text.Length);
            }
        }
    }
}
