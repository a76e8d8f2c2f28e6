using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Testing;

namespace Router.Engine.Tests.Webhooks;

/// <summary>
/// A seeded run: a log of events in a few conversations, a receiver that fails, hangs and recovers as it likes, crashes that go back to what was kept. Says what was wrong.
/// </summary>
internal sealed class WindowRun(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<LogEvent> log = [];
    private readonly List<Delivery> underWay = [];
    private readonly HashSet<int> taken = [];
    private readonly Dictionary<uint, int> lastTaken = [];
    private long now = Some.NowMs;
    private DeliveryProgress kept = new() { Position = new LogPosition(1, 0) };
    private DeliveryWindow window = null!;

    public string? Wrong { get; private set; }

    public static LogEvent Event(int index, int conversation) => new()
    {
        Position = new LogPosition(1, index),
        Entry = new JournalEntry { Kind = EntryKind.Status, Tenant = 1, Contact = Some.Contact(1, conversation), Sender = (uint)conversation },
    };

    public void Run()
    {
        int events = random.Next(1, 300);
        int conversations = random.Next(1, 20);
        double bad = random.NextDouble() * 0.5;
        for (int i = 1; i <= events; i++)
        {
            log.Add(Event(i, random.Next(conversations)));
        }

        window = new DeliveryWindow(kept, new Random(seed));
        for (int steps = 0; window.Progress().Position != log[^1].Position && Wrong is null; steps++)
        {
            if (steps > 200_000)
            {
                Wrong = $"only {taken.Count} of {events} were taken; window {window.Progress()}";
                return;
            }

            Step(bad);
        }

        Check(taken.Count == events, $"{taken.Count} of {events} were taken, and all is behind");
    }

    private void Step(double bad)
    {
        while (window.Room > 0 && window.Looked.Index < log.Count)
        {
            window.Add(log[window.Looked.Index]);
        }

        switch (random.Next(20))
        {
            case 0:
                kept = window.Progress();
                break;
            case 1 when random.Next(5) == 0:
                // A crash: what was under way is forgotten, and goes again if it was not kept as taken.
                underWay.Clear();
                window = new DeliveryWindow(kept, new Random(seed));
                lastTaken.Clear();
                break;
            case < 10 when underWay.Count > 0:
                Answer(bad);
                break;
            default:
                if (window.TryTake(now) is { } next)
                {
                    Check(!underWay.Exists(u => u.Event.Entry.Sender == next.Event.Entry.Sender), "two of a conversation are under way");
                    underWay.Add(next);
                    Check(underWay.Count <= DeliveryWindow.UnderWayMax && window.UnderWay == underWay.Count, "too many under way");
                }
                else if (underWay.Count == 0)
                {
                    long due = window.DueMs();
                    Check(due != long.MaxValue || window.Looked.Index < log.Count, "nothing is due, nothing is under way, and not all is taken");
                    Check(due > now, "something is due, but is not given out");
                    now = Math.Max(now, due);
                }

                break;
        }
    }

    private void Answer(double bad)
    {
        Delivery one = underWay[random.Next(underWay.Count)];
        underWay.Remove(one);
        now += random.Next(200);
        if (random.NextDouble() < bad)
        {
            window.Failed(one, now, random.Next(5) == 0 ? random.Next(10_000) : 0);
            Check(window.State == DeliveryState.Going, "disabled before its time");
            return;
        }

        int index = one.Event.Position.Index;
        uint conversation = one.Event.Entry.Sender;
        taken.Add(index);
        int before = lastTaken.GetValueOrDefault(conversation);
        Check(index > before, $"event {index} after {before} of its conversation");

        // Every event between the two of this conversation was taken before: now, or by the run before a crash.
        foreach (LogEvent skipped in log.Take(index - 1).Where(e => e.Entry.Sender == conversation))
        {
            Check(taken.Contains(skipped.Position.Index), $"event {index} went before {skipped.Position.Index} was taken");
        }

        lastTaken[conversation] = index;
        window.Taken(one);
    }

    private void Check(bool holds, string otherwise) => Wrong ??= holds ? null : otherwise;
}
