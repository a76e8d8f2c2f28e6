using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.FrontDoor.Events;
using Router.FrontDoor.Problems;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary>Posting: what the window gives out is sent, each on its own; what the receiver said is settled in the loop's order.</summary>
internal sealed partial class WebhookLoop
{
    private readonly ConcurrentQueue<(Delivery One, WebhookAnswer? Answer)> answers = new();
    private long givenUp;
    private bool isFailing;

    private void Send()
    {
        if (shared.Administration.Current.FindTenant(plan.Tenant) is not { } tenant)
        {
            Hold(); // it is being deleted
            return;
        }

        waitsForPost = false;
        while (true)
        {
            bool isShared = window.UnderWay > 0;
            if (isShared && !shared.Slots.TryTake())
            {
                waitsForPost = true;
                Interlocked.Increment(ref shared.Counts.WebhooksWaited);
                return;
            }

            Delivery? next;
            lock (windowGate)
            {
                next = window.TryTake(NowMs);
            }

            if (next is null)
            {
                if (isShared)
                {
                    shared.Slots.Give();
                }

                return;
            }

            _ = SendAsync(next, tenant, isShared);
        }
    }

    private async Task SendAsync(Delivery one, Tenant tenant, bool isShared)
    {
        WebhookAnswer? answer = null;
        try
        {
            ComposedEvent told = await shared.Composer.ComposeAsync(one.Event, tenant, sending.Token).ConfigureAwait(false);
            answer = await shared.Client.PostAsync(plan, told, sending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped: as if it had never gone; it goes again under the same id.
        }
        catch (JournalUnavailableException)
        {
            Hold();
        }
#pragma warning disable CA1031 // As in StepAsync: one event that can't be composed must not end the loop; it counts as not taken, and is given up in the end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref shared.Counts.WebhookFaults);
            LogFault(shared.Log, plan.Name, plan.Tenant, FaultTypes.Of(fault), fault.StackTrace);
            answer = new WebhookAnswer(0, 0, WebhookFaults.Malformed, 0);
        }
        finally
        {
            if (isShared)
            {
                shared.Slots.Give();
            }

            answers.Enqueue((one, answer));
            Wake();
        }
    }

    private void Settle()
    {
        while (answers.TryDequeue(out (Delivery One, WebhookAnswer? Answer) settled))
        {
            lock (windowGate)
            {
                Settle(settled.One, settled.Answer);
            }
        }
    }

    private void Settle(Delivery one, WebhookAnswer? answer)
    {
        if (answer is not { } said || said.Fault == WebhookFaults.Stopped)
        {
            window.Unsent(one);
            return;
        }

        isDirty = true;
        if (said.IsTaken)
        {
            Interlocked.Increment(ref shared.Counts.WebhooksTaken);
            window.Taken(one);
            TellFailing(!window.IsHealthy);
            return;
        }

        Interlocked.Increment(ref shared.Counts.WebhooksFailed);
        if (said.Status == 410)
        {
            window.Refused(one);
            return;
        }

        bool wasHealthy = window.IsHealthy;
        window.Failed(one, NowMs, said.RetryAfterMs);
        TellFailing(!window.IsHealthy);
        if (wasHealthy && !window.IsHealthy)
        {
            LogFailing(shared.Log, plan.Name, plan.Tenant, said.Status, said.Fault);
        }

        if (window.GivenUp > givenUp)
        {
            givenUp = window.GivenUp;
            Interlocked.Increment(ref shared.Counts.WebhooksGivenUp);
            LogGivenUp(shared.Log, plan.Name, plan.Tenant);
        }
    }

    private void TellFailing(bool now)
    {
        if (now != isFailing)
        {
            isFailing = now;
            Interlocked.Add(ref shared.Counts.WebhooksFailing, now ? 1 : -1);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "webhook {Name} of tenant {Tenant} does not take events (status {Status}, {Fault}); they are tried again for three days")]
    private static partial void LogFailing(ILogger log, string name, int tenant, int status, string? fault);

    [LoggerMessage(2, LogLevel.Warning, "webhook {Name} of tenant {Tenant} did not take an event in three days, while it took others: given up")]
    private static partial void LogGivenUp(ILogger log, string name, int tenant);
}
