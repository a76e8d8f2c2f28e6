using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Testing;

namespace Router.Simulation;

/// <summary>
/// Who reads one tenant's events: a stream that goes on from its last position, and a webhook that delivers by the product's own <see cref="DeliveryWindow"/>, whose silo dies and goes on from what
/// was kept of its place, and whose receiver fails.
/// </summary>
internal sealed class EventReaders(SimulationRun run, int tenant)
{
    private readonly List<LogEvent> streamed = [];
    private readonly StructList<LogEvent> batch = new(16);
    private readonly Dictionary<LogPosition, LogEvent> delivered = [];
    private readonly Dictionary<(ContactId Contact, uint Sender), LogPosition> lastOf = [];
    private readonly List<(Delivery Delivery, DeliveryWindow Of)> posts = [];
    private LogPosition position;
    private DeliveryProgress kept = new() { Position = default };
    private DeliveryWindow? window;
    private long laterMs;

    public int Tenant => tenant;

    private MemoryEventLog Log => run.Store.Log;

    /// <summary>The stream reads on; false: there was nothing.</summary>
    public bool Read()
    {
        batch.Clear();
        LogPosition before = position;
        LogPosition looked = Log.Read(tenant, before, batch, 1 + run.Random.Next(20));
        foreach (ref LogEvent told in batch.Span)
        {
            Violation.Unless(told.Position > position && told.Entry.Tenant == tenant, $"tenant {tenant} read the event at {told.Position} of tenant {told.Entry.Tenant} after {position}");
            position = told.Position;
            streamed.Add(told);
        }

        position = looked;
        if (batch.Count > 0)
        {
            run.Coverage.Count("act: events read");
        }

        return looked > before;
    }

    /// <summary>The webhook goes on: fills its window, posts, is answered, keeps its place.</summary>
    public bool Deliver() => run.Random.Next(4) switch
    {
        0 => FillWindow(),
        1 => Post(),
        2 => Answer(),
        _ => run.Chance(0.2) && Keep(),
    };

    /// <summary>The silo that delivers dies: another goes on from what was kept; what was posted may have come there.</summary>
    public void Crash()
    {
        run.Coverage.Count("fault: a webhook's silo died");
        foreach ((Delivery delivery, _) in posts)
        {
            if (run.Chance(0.5))
            {
                Receive(delivery.Event);
            }
        }

        posts.Clear();
        window = null;
    }

    /// <summary>Reads and delivers all there is: the receiver works now.</summary>
    public void Finish()
    {
        while (Read())
        {
        }

        laterMs = 40L * 24 * 3_600_000; // whatever was to be tried later is due
        while (FillWindow() | Post() | Answer())
        {
        }
    }

    /// <summary>What is wrong with what was read and delivered of all events.</summary>
    public string? WhatIsBroken(IReadOnlyDictionary<MessageId, IReadOnlyList<StoredEvent>> stored)
    {
        var told = new Dictionary<MessageId, List<MessageStatus>>();
        foreach (LogEvent one in streamed)
        {
            if (!delivered.ContainsKey(one.Position))
            {
                return $"the event at {one.Position} of tenant {tenant} was never delivered to its webhook";
            }

            if (one.Entry.Kind == EntryKind.Status)
            {
                (told.TryGetValue(one.Entry.Message, out List<MessageStatus>? all) ? all : told[one.Entry.Message] = []).Add(one.Entry.Status);
            }
        }

        foreach ((MessageId message, IReadOnlyList<StoredEvent> events) in stored)
        {
            if (!told.TryGetValue(message, out List<MessageStatus>? all) || !all.SequenceEqual(events.Select(static e => e.Status)))
            {
                return $"the events of {message} are {string.Join(' ', events.Select(static e => e.Status))}, and {string.Join(' ', all ?? [])} was told";
            }
        }

        return delivered.Count == streamed.Count ? null : $"{delivered.Count} events were delivered to the webhook of tenant {tenant}, it has {streamed.Count}";
    }

    private bool FillWindow()
    {
        window ??= new DeliveryWindow(kept, new Random(run.Random.Next()));
        if (window.Room <= 0)
        {
            return false;
        }

        batch.Clear();
        LogPosition before = window.Looked;
        LogPosition looked = Log.Read(tenant, before, batch, Math.Min(window.Room, 1 + run.Random.Next(16)));
        foreach (ref LogEvent told in batch.Span)
        {
            window.Add(told);
        }

        window.Skip(looked);
        return looked > before;
    }

    private bool Post()
    {
        if (window?.TryTake(run.Time.NowMs + laterMs) is not { } delivery)
        {
            return false;
        }

        posts.Add((delivery, window));
        return true;
    }

    private bool Answer()
    {
        if (posts.Count == 0 || window is null)
        {
            return false;
        }

        int at = run.Random.Next(posts.Count);
        (Delivery delivery, DeliveryWindow of) = posts[at];
        posts.RemoveAt(at);
        if (run.HasFaults && run.Chance(0.15))
        {
            run.Coverage.Count("fault: a webhook's receiver failed");
            of.Failed(delivery, run.Time.NowMs, run.Chance(0.2) ? 1_000 : 0);
            return true;
        }

        Receive(delivery.Event);
        if (run.HasFaults && run.Chance(0.05))
        {
            run.Coverage.Count("fault: a webhook's answer was lost");
            of.Failed(delivery, run.Time.NowMs, 0);
            return true;
        }

        of.Taken(delivery);
        return true;
    }

    private bool Keep()
    {
        if (window is not null)
        {
            kept = window.Progress();
        }

        return window is not null;
    }

    // One id, one event; the first delivery of each in the order of its conversation.
    private void Receive(in LogEvent told)
    {
        run.Coverage.Count("act: a webhook delivered");
        Violation.Unless(told.Entry.Tenant == tenant, $"the webhook of tenant {tenant} got an event of tenant {told.Entry.Tenant}");
        if (!delivered.TryAdd(told.Position, told))
        {
            LogEvent first = delivered[told.Position];
            Violation.Unless(
                first.Entry.Message == told.Entry.Message && first.Entry.Status == told.Entry.Status, $"two events have the id {told.Position}: {first.Entry.Status} of {first.Entry.Message} and {told.Entry.Status} of {told.Entry.Message}");
            return;
        }

        if (told.Entry.Kind != EntryKind.Status)
        {
            return;
        }

        (ContactId, uint) conversation = (told.Entry.Contact, told.Entry.Sender);
        LogPosition last = lastOf.GetValueOrDefault(conversation);
        Violation.Unless(told.Position > last, $"the webhook of tenant {tenant} got the event at {told.Position} after the one at {last} of the same conversation");
        lastOf[conversation] = told.Position;
    }
}
