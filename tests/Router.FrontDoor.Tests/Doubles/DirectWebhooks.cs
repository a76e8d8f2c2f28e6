using System.Collections.Concurrent;
using Router.Core.Events;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Grains.Administration;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Webhooks without grains: the real delivery, its state in memory as a grain would keep it.</summary>
internal sealed class DirectWebhooks(IJournal journal, IAdministration administration, TimeProvider time) : IWebhooks, IAsyncDisposable
{
    private readonly SortedDictionary<(int Tenant, string Name), Kept> all = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Set once the door is made.</summary>
    public IWebhookDelivery Delivery { get; set; } = null!;

    /// <summary>Every keeping fails.</summary>
    public bool Unavailable { get; set; }

    /// <summary>What was kept, in its order.</summary>
    public ConcurrentQueue<(string Name, DeliveryProgress Progress, DeliveryState State)> Keeps { get; } = new();

    public Task<IReadOnlyList<WebhookView>> ListAsync(int tenant, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<WebhookView>>([.. all.Where(w => w.Key.Tenant == tenant).Select(static w => w.Value.View())]);

    public Task<WebhookView?> FindAsync(int tenant, string name, CancellationToken cancellationToken) => Task.FromResult(all.GetValueOrDefault((tenant, name))?.View());

    public async Task<WebhookView?> PutAsync(int tenant, string name, WebhookSettings settings, CancellationToken cancellationToken)
    {
        byte[]? made = null;
        if (!all.TryGetValue((tenant, name), out Kept? kept))
        {
            if (all.Keys.Count(k => k.Tenant == tenant) == WebhookRules.TenantMax || administration.Current.IsClosed(tenant))
            {
                return null;
            }

            made = WebhookSecret.New();
            kept = new Kept(name, tenant) { Secret = made, Settings = settings, Progress = new DeliveryProgress { Position = journal.Events.End } };
            all.Add((tenant, name), kept);
        }

        await ChangeAsync(kept, k =>
        {
            k.Settings = settings;
            k.State = DeliveryState.Going;
            k.Progress = k.Progress.Anew();
        });
        return kept.View() with { Secret = made is null ? null : WebhookSecret.ToText(made) };
    }

    public async Task<bool> RemoveAsync(int tenant, string name, CancellationToken cancellationToken)
    {
        if (!all.Remove((tenant, name), out Kept? kept))
        {
            return false;
        }

        await ChangeAsync(kept, static k => k.Removed = true);
        return true;
    }

    public async Task RemoveAllAsync(int tenant, CancellationToken cancellationToken)
    {
        foreach ((int _, string name) in all.Keys.Where(k => k.Tenant == tenant).ToArray())
        {
            await RemoveAsync(tenant, name, cancellationToken);
        }
    }

    public async Task<WebhookView?> RotateAsync(int tenant, string name, CancellationToken cancellationToken)
    {
        if (!all.TryGetValue((tenant, name), out Kept? kept))
        {
            return null;
        }

        await ChangeAsync(kept, k =>
        {
            k.OldSecret = k.Secret;
            k.OldEndMs = time.GetUtcNow().AddHours(24).ToUnixTimeMilliseconds();
            k.Secret = WebhookSecret.New();
        });
        return kept.View() with { Secret = WebhookSecret.ToText(kept.Secret) };
    }

    public async Task<bool> RedeliverAsync(int tenant, string name, LogPosition after, CancellationToken cancellationToken)
    {
        if (!all.TryGetValue((tenant, name), out Kept? kept))
        {
            return false;
        }

        await ChangeAsync(kept, k => k.Progress = new DeliveryProgress { Position = after });
        return true;
    }

    public async Task<WebhookAnswer?> TestAsync(int tenant, string name, CancellationToken cancellationToken) =>
        all.TryGetValue((tenant, name), out Kept? kept) ? await Delivery.TestAsync(kept.Plan(), cancellationToken) : null;

    public ValueTask<string?> NameOfAsync(int tenant, int number, CancellationToken cancellationToken) => new(number == 7 ? "seven" : null);

    /// <summary>Ends a delivery as a crash does, without its last word, and starts it from what was kept.</summary>
    public async Task CrashAsync(int tenant, string name)
    {
        Kept kept = all[(tenant, name)];
        await kept.Run!.StopAsync();
        kept.Run = Delivery.Start(kept.Plan(), kept.Progress, Keeping(kept));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Kept kept in all.Values)
        {
            await ChangeAsync(kept, static k => k.Removed = true);
        }

        turn.Dispose();
    }

    private async Task ChangeAsync(Kept kept, Action<Kept> change)
    {
        await turn.WaitAsync();
        try
        {
            if (kept.Run is { } run)
            {
                kept.Run = null;
                kept.Progress = await run.StopAsync();
            }

            change(kept);
            if (!kept.Removed && kept.Settings.Enabled && kept.State == DeliveryState.Going)
            {
                kept.Run = Delivery.Start(kept.Plan(), kept.Progress, Keeping(kept));
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private Func<DeliveryProgress, DeliveryState, Task> Keeping(Kept kept) => (progress, state) =>
    {
        if (Unavailable)
        {
            throw new AdministrationUnavailableException();
        }

        kept.Progress = progress;
        kept.State = state;
        Keeps.Enqueue((kept.Name, progress, state));
        return Task.CompletedTask;
    };

    private sealed class Kept(string name, int tenant)
    {
        public string Name { get; } = name;

        public WebhookSettings Settings { get; set; } = null!;

        public byte[] Secret { get; set; } = [];

        public byte[]? OldSecret { get; set; }

        public long OldEndMs { get; set; }

        public DeliveryProgress Progress { get; set; } = null!;

        public DeliveryState State { get; set; }

        public bool Removed { get; set; }

        public IWebhookRun? Run { get; set; }

        public WebhookPlan Plan()
        {
            Assert.True(EventFilter.TryParse(Settings.Events, out EventFilter filter, out _));
            return new WebhookPlan(tenant, Name, new Uri(Settings.Url), filter, Secret, OldSecret, OldEndMs);
        }

        public WebhookView View() => new()
        {
            Name = Name,
            Url = Settings.Url,
            Events = [.. Settings.Events],
            Enabled = Settings.Enabled && State == DeliveryState.Going,
            DisabledAtMs = State == DeliveryState.Going ? 0 : 1,
            DisabledBecause = State switch { DeliveryState.Gone => "gone", DeliveryState.Failed => "failing", _ => null },
            FailingSinceMs = (Run?.Progress ?? Progress).FailingSinceMs,
            GivenUp = (Run?.Progress ?? Progress).GivenUp,
            OldSecretEndMs = OldEndMs,
        };
    }
}
