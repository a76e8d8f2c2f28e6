using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.FrontDoor.Events;

namespace Router.FrontDoor.Webhooks;

/// <summary>Reading: what the tenant's part of the log has goes into the window, as far as there is room.</summary>
internal sealed partial class WebhookLoop
{
    private const int BatchMax = DeliveryWindow.SizeMax;

    // Reads of the log without a pause: each looks at up to 512 commits.
    private const int ReadsMax = 16;

    private readonly StructList<LogEvent> batch = new(4);
    private bool isBehind = true;

    // What is no longer kept in the log can't be told.
    private void Begin()
    {
        LogPosition begin = Log.Begin;
        if (window.Looked < begin)
        {
            LogLeftOut(shared.Log, plan.Name, plan.Tenant);
            lock (windowGate)
            {
                window.Skip(begin);
            }
        }
    }

    private async ValueTask FillAsync()
    {
        if (shared.Fan.Take(news, out LogPosition upTo))
        {
            isBehind = true;
        }
        else if (!isBehind)
        {
            lock (windowGate)
            {
                window.Skip(upTo);
            }
        }

        for (int reads = 0; isBehind && window.Room > 0; reads++)
        {
            if (reads == ReadsMax)
            {
                Wake(); // others have their turn on this thread first
                return;
            }

            batch.Clear();
            LogPosition from = window.Looked;
            int room = Math.Min(window.Room, BatchMax);
            LogPosition looked = await shared.Turns.ReadAsync(plan.Tenant, from, batch, room, CancellationToken.None);
            isBehind = looked > from;
            lock (windowGate)
            {
                Add(looked, batch.Count == room);
            }
        }
    }

    private void Add(LogPosition looked, bool mayHaveMore)
    {
        foreach (ref readonly LogEvent one in batch.Span)
        {
            if (plan.Filter.Wants(EventText.TypeOf(one.Entry)))
            {
                window.Add(one);
            }
            else
            {
                window.Skip(one.Position);
            }
        }

        if (!mayHaveMore)
        {
            window.Skip(looked);
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "webhook {Name} of tenant {Tenant} stopped so long ago that some of what it has missed is no longer kept")]
    private static partial void LogLeftOut(ILogger log, string name, int tenant);
}
