using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;

namespace Router.FrontDoor.Events;

/// <summary>One event as bytes, the same that its stream tells: for those that send events one by one. Any thread; allocates.</summary>
internal sealed class EventComposer(EventStreamServices shared)
{
    /// <summary>Composes it.</summary>
    internal async ValueTask<ComposedEvent> ComposeAsync(LogEvent one, Tenant tenant, CancellationToken cancellationToken)
    {
        var events = new StructList<LogEvent>(1);
        events.Add(one);
        References references = shared.References.Rent();
        try
        {
            await references.FetchAsync(tenant.Number, events, cancellationToken);
            return Write(one, tenant, references);
        }
        finally
        {
            shared.References.Return(references);
        }
    }

    private ComposedEvent Write(in LogEvent one, Tenant tenant, References references)
    {
        Span<UInt128> blocks = stackalloc UInt128[2];
        Cursor.OfEvents(shared.Hash, tenant.Number, [one], blocks);
        ReadOnlySpan<byte> reference = references.Of(one.Entry, out bool erased);
        ReadOnlySpan<byte> inbound = references.InboundOf(one.Entry);
        byte[] room = new byte[EventText.BytesMax(reference.Length, inbound.Length)];
        var text = new Utf8Text(room);
        EventText.Write(ref text, one, tenant, shared.Administration.Current, blocks[1], reference, erased, references.WebhookOf(one.Entry), inbound);
        (ulong head, ulong tail) = EventText.IdOf(blocks[1], one.Entry.AtMs);
        return new ComposedEvent(UuidText.ToText(head, tail), room.AsMemory(0, text.Length));
    }
}
