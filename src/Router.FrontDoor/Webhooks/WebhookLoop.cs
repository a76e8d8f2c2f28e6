using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.FrontDoor.Problems;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary>
/// Delivers to one webhook: reads its tenant's events from the log, posts what its <see cref="DeliveryWindow"/> gives out, has kept what has become of it. A loop of its own, so
/// that a slow receiver holds back nobody else; asleep while there is nothing to do.
/// </summary>
internal sealed partial class WebhookLoop : IWebhookRun, IAsyncDisposable
{
    private readonly WebhookPlan plan;
    private readonly WebhookServices shared;
    private readonly Func<DeliveryProgress, DeliveryState, Task> keep;
    private readonly DeliveryWindow window;
    private readonly Lock windowGate = new();
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = false, SingleReader = true });

    private readonly CancellationTokenSource sending = new();
    private readonly EventFan.Listener news;
    private readonly ITimer timer;
    private readonly Task loop;
    private readonly long beganMs;
    private readonly long began;
    private LogPosition kept;
    private volatile bool stopping;
    private bool isDirty;
    private bool waitsForPost;
    private long keptAtMs;
    private long holdUntilMs;

    internal WebhookLoop(WebhookPlan plan, DeliveryProgress from, Func<DeliveryProgress, DeliveryState, Task> keep, WebhookServices shared)
    {
        this.plan = plan;
        this.keep = keep;
        this.shared = shared;
        window = new DeliveryWindow(from, shared.NewJitter());

        // Never before what has happened: started under a clock that went back, retries would wait until it is there again.
        beganMs = Math.Max(shared.Time.GetUtcNow().ToUnixTimeMilliseconds(), from.FailingSinceMs);
        foreach (DeliveryRetry tried in from.Retries)
        {
            beganMs = Math.Max(beganMs, tried.FirstFailedMs);
        }

        began = shared.Time.GetTimestamp();
        kept = from.Position;
        givenUp = from.GivenUp;

        // The first that is taken is kept at once: a host that is killed again and again must get on all the same.
        keptAtMs = NowMs - (long)shared.Times.Keep.TotalMilliseconds;
        timer = shared.Time.CreateTimer(static state => ((WebhookLoop)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        news = shared.Fan.Add(plan.Tenant, Wake);
        loop = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public DeliveryProgress Progress
    {
        get
        {
            lock (windowGate)
            {
                return window.Progress();
            }
        }
    }

    private IEventLog Log => shared.Journal.Events;

    // The clock of the wall as this began, and monotonic from there: a clock that goes back must not make a retry of seconds one of an hour.
    private long NowMs => beganMs + (long)shared.Time.GetElapsedTime(began).TotalMilliseconds;

    /// <inheritdoc/>
    public async Task<DeliveryProgress> StopAsync()
    {
        stopping = true;
        Wake();
        await using (shared.Time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), sending, shared.Times.Grace, Timeout.InfiniteTimeSpan))
        {
            await loop;
        }

        return Progress;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        sending.Dispose();
    }

    private void Wake() => wakes.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        try
        {
            Begin();
            await StepAsync();
            while (!stopping && window.State == DeliveryState.Going)
            {
                await SleepAsync();
                await StepAsync();
            }

            await EndAsync();
        }
        finally
        {
            shared.Fan.Remove(news);
            TellFailing(false);
            await timer.DisposeAsync();
        }
    }

    private async Task StepAsync()
    {
        Settle();
        try
        {
            if (NowMs >= holdUntilMs)
            {
                await FillAsync();
                Send();
            }
        }
        catch (JournalUnavailableException)
        {
            Hold();
        }
#pragma warning disable CA1031 // A fault of ours in one webhook's loop must neither end it for good nor reach another's: told, counted, tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref shared.Counts.WebhookFaults);
            LogFault(shared.Log, plan.Name, plan.Tenant, FaultTypes.Of(fault), fault.StackTrace);
            Hold();
        }

        await KeepIfDueAsync();
    }

    private void Hold() => holdUntilMs = NowMs + (long)shared.Times.Again.TotalMilliseconds;

    private async Task KeepIfDueAsync()
    {
        long now = NowMs;
        if (window.State != DeliveryState.Going || now < KeepDueMs())
        {
            return;
        }

        DeliveryProgress progress = Progress;
        keptAtMs = now;
        if (await TryKeepAsync(progress, DeliveryState.Going))
        {
            kept = progress.Position;
            isDirty = false;
        }
    }

    private long KeepDueMs() => keptAtMs + (long)(isDirty ? shared.Times.Keep : shared.Times.KeepIdle).TotalMilliseconds;

    private async Task<bool> TryKeepAsync(DeliveryProgress progress, DeliveryState state)
    {
        if (state == DeliveryState.Going && !isDirty && progress.Position == kept)
        {
            return true;
        }

        try
        {
            await keep(progress, state);
            return true;
        }
#pragma warning disable CA1031 // Whatever the storage threw: it is not kept, and is told again after a crash. The grain has logged why.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotKept(shared.Log, plan.Name, plan.Tenant, fault.GetType().Name);
            return false;
        }
    }

    private async Task SleepAsync()
    {
        long now = NowMs;
        long due;
        lock (windowGate)
        {
            due = window.DueMs();
        }

        // Something may be due that finds no post: the end of one of its own wakes this, time does not.
        due = waitsForPost ? long.MaxValue : due;
        due = Math.Min(holdUntilMs > now ? holdUntilMs : due, KeepDueMs());
        timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(due - now, 0, (long)shared.Times.KeepIdle.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        await WakenAsync();
    }

    // What is under way ends first. Disabled, that is kept, however long it takes; the grain that kept it lets go of this.
    private async Task EndAsync()
    {
        bool isDisabled = !stopping;
        for (Settle(); window.UnderWay > 0; Settle())
        {
            await WakenAsync();
        }

        while (isDisabled && !stopping && !await TryKeepAsync(Progress, window.State))
        {
            timer.Change(shared.Times.Keep, Timeout.InfiniteTimeSpan);
            await WakenAsync();
        }
    }

    // Never cancelled: a cancelled read of a channel can lose an item (runtime#132094); whoever stops this wakes it.
    private async Task WakenAsync()
    {
        await wakes.Reader.WaitToReadAsync(CancellationToken.None);
        wakes.Reader.TryRead(out _);
    }

    [LoggerMessage(4, LogLevel.Error, "webhook {Name} of tenant {Tenant} failed here and goes on: {Fault}\n{Stack}")]
    private static partial void LogFault(ILogger log, string name, int tenant, string fault, string? stack);

    [LoggerMessage(5, LogLevel.Debug, "where webhook {Name} of tenant {Tenant} stands could not be kept now ({Fault})")]
    private static partial void LogNotKept(ILogger log, string name, int tenant, string fault);
}
