using System.Globalization;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.FrontDoor.Messages;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// <c>Prefer: wait</c> (DESIGN §6): has the shard tell when the verdict about a message just accepted is known, and answers 200 with the message as it stands then. Nothing is polled.
/// </summary>
internal sealed class VerdictWait(IShards shards, ShownMessages messages, FrontDoorCounts counts)
{
    /// <summary>Requests that wait at once, at most; the next ones are answered 202, as without the wish.</summary>
    internal const int WaitersMax = 4_096;

    private int waiters;

    /// <summary>Waits and answers; false: nothing was answered, because too many wait or the message cannot be shown just now. It is accepted all the same: 202.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">The message, kept.</param>
    /// <param name="seconds">At most so many.</param>
    /// <param name="stopping">This silo begins to stop: what waits is answered as it stands, so that nobody waits for it.</param>
    internal async Task<bool> TryAnswerAsync(HttpContext context, Tenant tenant, MessageId id, int seconds, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref waiters) > WaitersMax)
        {
            Interlocked.Decrement(ref waiters);
            Interlocked.Increment(ref counts.WaitsRefused);
            return false;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await shards.WatchAsync(tenant.Number, id, TimeSpan.FromSeconds(seconds), either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            Interlocked.Decrement(ref waiters);
        }

        ShownMessage? found;
        try
        {
            found = await messages.FindAsync(tenant.Number, id, context.RequestAborted);
        }
        catch (JournalUnavailableException)
        {
            return false; // kept, but it cannot be read just now
        }

        if (found is null)
        {
            return false;
        }

        context.Response.Headers["Preference-Applied"] = "wait=" + seconds.ToString(CultureInfo.InvariantCulture);
        await messages.AnswerAsync(context, found);
        return true;
    }
}
