using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Grains.Administration;

namespace Router.Grains.Webhooks;

/// <summary>What a run has kept of itself: how far it is, and that it was disabled, of which the tenant is told.</summary>
internal sealed partial class WebhookGrain
{
    private bool telling;

    /// <inheritdoc/>
    public async ValueTask TouchAsync()
    {
        if (kept.OwesNotice)
        {
            await TellAsync();
        }
    }

    // From the run's own threads into the grain's turn.
    private Task KeepAsync(DeliveryProgress progress, DeliveryState became) => Task.Factory.StartNew(
        () => KeepHereAsync(progress, became), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    private async Task KeepHereAsync(DeliveryProgress progress, DeliveryState became)
    {
        // A change under way stops the run and takes its last word with it: waiting for the turn here would wait for itself.
        if (!await turn.WaitAsync(TimeSpan.Zero))
        {
            throw new AdministrationUnavailableException("the webhook is being changed");
        }

        try
        {
            WebhookState next = kept.Copy();
            next.Set(progress);
            if (became != DeliveryState.Going)
            {
                next.DisabledAtMs = NowMs;
                next.DisabledBecause = became == DeliveryState.Gone ? "gone" : "failing";
                next.OwesNotice = true;
            }

            await StoreAsync(next);
        }
        finally
        {
            turn.Release();
        }

        if (became != DeliveryState.Going)
        {
            run = null; // it ends by itself once this is kept
            LogDisabled(tenant, name, kept.DisabledBecause!);
            try
            {
                await TellAsync();
            }
#pragma warning disable CA1031 // The disabling is kept, and that is what was asked: a fault would have the run ask again, for ever, because nobody can stop it any more. A touch tells.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotTold(tenant, name, exception.GetType().Name);
            }
        }
    }

    // Told again at a touch until it is kept, one at a time; twice only where the answer or the state was lost.
    private async Task TellAsync()
    {
        if (telling)
        {
            return;
        }

        telling = true;
        int number = kept.Number;
        try
        {
            if (await notices.NotifyAsync(tenant, NoticeKind.WebhookDisabled, number, CancellationToken.None) && kept.Number == number && kept.OwesNotice)
            {
                await turn.WaitAsync();
                try
                {
                    WebhookState next = kept.Copy();
                    next.OwesNotice = false;
                    await StoreAsync(next);
                }
                finally
                {
                    turn.Release();
                }
            }
        }
        finally
        {
            telling = false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "webhook {Name} of tenant {Tenant} was disabled: {Because}")]
    private partial void LogDisabled(int tenant, string name, string because);

    [LoggerMessage(4, LogLevel.Warning, "that webhook {Name} of tenant {Tenant} was disabled could not be told ({Fault}); trying again")]
    private partial void LogNotTold(int tenant, string name, string fault);
}
