using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Router.Core.Events;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Webhooks;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <inheritdoc cref="IWebhookGrain"/>
/// <remarks>Reentrant: a test that takes 15 s must hold back neither reads nor the keeping of progress. Changes take turns (<see cref="InTurnAsync"/>).</remarks>
[Reentrant, KeepAlive]
internal sealed partial class WebhookGrain(
    [PersistentState("webhook", RouterSilo.StorageName)] IPersistentState<WebhookState> state, IWebhookDelivery delivery, INotices notices, IJournal journal, TimeProvider time,
    ILogger<WebhookGrain> log) : Grain, IWebhookGrain, IIncomingGrainCallFilter, IDisposable
{
    private static readonly TimeSpan SecretsOverlap = TimeSpan.FromHours(24);
    private readonly SemaphoreSlim turn = new(1);
    private TaskScheduler scheduler = TaskScheduler.Default;
    private WebhookState kept = new();
    private IWebhookRun? run;
    private bool testing;
    private int tenant;
    private string name = "";

    private IWebhookListGrain All => GrainFactory.GetGrain<IWebhookListGrain>(0);

    private bool Exists => kept.Number != 0;

    private bool ShouldRun => Exists && kept.Enabled && kept.DisabledAtMs == 0;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (tenant, name) = WebhookKey.Read(this.GetPrimaryKeyString());
        scheduler = TaskScheduler.Current;
        kept = state.State;
        Go();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            // The last word of it; where it can't be kept, what came after the one before is told again, under the same ids.
            WebhookState next = kept.Copy();
            if (await HaltAsync() is { } progress)
            {
                next.Set(progress);
                await StoreAsync(next);
            }
        }
        catch (AdministrationUnavailableException)
        {
            LogLastWordNotKept(tenant, name);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    /// <remarks>What does not exist (any more) has nothing to stay awake for, whoever asked for it. A change under way may be making it.</remarks>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (!Exists && turn.CurrentCount > 0)
            {
                DeactivateOnIdle();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<WebhookView?> ReadAsync() => new(Exists ? View() : null);

    /// <inheritdoc/>
    public Task<WebhookView?> PutAsync(string url, ImmutableArray<string> events, bool enabled) => InTurnAsync(async () =>
    {
        // In the turn, as the removal does: a name taken off the list beside this would leave a webhook that nobody finds and nobody can remove.
        int number = await All.AddAsync(tenant, name);
        return number == 0 ? null : await PutHereAsync(number, url, events, enabled);
    });

    private async Task<WebhookView?> PutHereAsync(int number, string url, ImmutableArray<string> events, bool enabled)
    {
        byte[]? made = null;
        WebhookView view = await ChangeHereAsync(next =>
        {
            // Under another number it was removed half and is made anew: nothing of what was is left.
            if (next.Number != number)
            {
                made = WebhookSecret.New();
                LogPosition end = journal.Events.End;
                next = new WebhookState { Number = number, Secret = made };
                next.Set(new DeliveryProgress { Position = end });
            }

            next.Url = url;
            next.Events = [.. events];
            next.Enabled = enabled;
            next.DisabledAtMs = 0;
            next.DisabledBecause = null;
            next.OwesNotice = false;
            next.Set(next.Progress().Anew());
            return next;
        });
        return view with { Secret = made is null ? null : WebhookSecret.ToText(made) };
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync() => InTurnAsync(async () =>
    {
        bool existed = Exists;
        await ChangeHereAsync(static _ => new WebhookState());
        await All.RemoveAsync(tenant, name);
        return existed;
    });

    /// <inheritdoc/>
    public async Task<WebhookView?> RotateAsync()
    {
        if (!Exists)
        {
            return null;
        }

        byte[] made = WebhookSecret.New();
        WebhookView view = await ChangeAsync(next =>
        {
            next.OldSecret = next.Secret;
            next.OldSecretEndMs = NowMs + (long)SecretsOverlap.TotalMilliseconds;
            next.Secret = made;
            return next;
        });
        return view with { Secret = WebhookSecret.ToText(made) };
    }

    /// <inheritdoc/>
    public async Task<bool> RedeliverAsync(long commit, int index)
    {
        if (!Exists)
        {
            return false;
        }

        await ChangeAsync(next =>
        {
            next.Set(new DeliveryProgress { Position = new LogPosition(commit, index), GivenUp = next.GivenUp });
            return next;
        });
        return true;
    }

    /// <inheritdoc/>
    public async Task<WebhookAnswer?> TestAsync()
    {
        if (!Exists)
        {
            return null;
        }

        if (testing)
        {
            return new WebhookAnswer(0, 0, WebhookFaults.Busy, 0);
        }

        testing = true;
        try
        {
            return await delivery.TestAsync(Plan(), CancellationToken.None);
        }
        finally
        {
            testing = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private WebhookPlan Plan()
    {
        // Checked when it was put; a word that a later version dropped wants nothing.
        _ = EventFilter.TryParse(kept.Events, out EventFilter filter, out _);
        return new WebhookPlan(tenant, name, new Uri(kept.Url), filter, kept.Secret, kept.OldSecret, kept.OldSecretEndMs);
    }

    private WebhookView View()
    {
        DeliveryProgress? progress = run?.Progress;
        return new WebhookView
        {
            Name = name,
            Url = kept.Url,
            Events = [.. kept.Events],
            Enabled = kept.Enabled && kept.DisabledAtMs == 0,
            DisabledAtMs = kept.DisabledAtMs,
            DisabledBecause = kept.DisabledBecause,
            FailingSinceMs = progress?.FailingSinceMs ?? kept.FailingSinceMs,
            GivenUp = progress?.GivenUp ?? kept.GivenUp,
            OldSecretEndMs = kept.OldSecretEndMs > NowMs ? kept.OldSecretEndMs : 0,
        };
    }

    private void Go()
    {
        if (ShouldRun)
        {
            run = delivery.Start(Plan(), kept.Progress(), KeepAsync);
        }
    }

    private async Task<DeliveryProgress?> HaltAsync()
    {
        IWebhookRun? was = run;
        run = null;
        return was is null ? null : await was.StopAsync();
    }

    private Task<WebhookView> ChangeAsync(Func<WebhookState, WebhookState> change) => InTurnAsync(() => ChangeHereAsync(change));

    private async Task<WebhookView> ChangeHereAsync(Func<WebhookState, WebhookState> change)
    {
        WebhookState next = kept.Copy();
        if (await HaltAsync() is { } progress)
        {
            next.Set(progress);
        }

        next = change(next);
        await (next.Number == 0 ? ClearAsync(next) : StoreAsync(next));
        Go();
        return View();
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        await turn.WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task ClearAsync(WebhookState empty)
    {
        await WriteAsync(static s => s.ClearStateAsync());
        kept = empty;
    }

    private async Task StoreAsync(WebhookState next)
    {
        state.State = next;
        await WriteAsync(static s => s.WriteStateAsync());
        kept = next;
    }

    private async Task WriteAsync(Func<IPersistentState<WebhookState>, Task> write)
    {
        try
        {
            await write(state);
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
            LogNotKept(tenant, name, exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("the webhook could not be stored; ask again", exception);
        }
    }

    [LoggerMessage(2, LogLevel.Error, "webhook {Name} of tenant {Tenant} could not be stored; it starts anew from what is kept")]
    private partial void LogNotKept(int tenant, string name, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "webhook {Name} of tenant {Tenant} moves or stops, and where it stands could not be kept: its last events are told again")]
    private partial void LogLastWordNotKept(int tenant, string name);
}
