using Router.Engine.Shards;
using Router.Engine.Work;
using Router.Grains.Administration;
using Router.Grains.Shards;

namespace Router.Grains.Streams;

/// <summary>
/// Hands the messages of a slice to their shard, in their order, and asks again until each is kept: what cannot be kept now waits, nothing is passed over. Any thread.
/// </summary>
public sealed class SliceKeeper(IShards shards, IAdministration administration, IWorkScheduler scheduler, TimeProvider time)
{
    // Between two tries where a shard has no owner, a tenant has as many waiting as it may, or the journal does not keep: long enough to cost nothing, short beside any outage.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Ends once all of <paramref name="requests"/> are <see cref="AcceptOutcome.Accepted"/> or <see cref="AcceptOutcome.OtherBody"/>, or of a tenant that is being deleted. They belong to the
    /// shard until then.
    /// </summary>
    public async Task KeepAsync(ReadOnlyMemory<AcceptRequest> requests)
    {
        while (!requests.IsEmpty)
        {
            var round = new SliceRound(requests.Length, scheduler);
            for (int i = 0; i < requests.Length; i++)
            {
                await SubmitAsync(requests.Span[i], round).ConfigureAwait(false);
            }

            await round.Ended.ConfigureAwait(false);
            requests = OpenOf(requests.Span);
            if (!requests.IsEmpty)
            {
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes a request of one that came from another silo; null: its tenant is gone. Waits where this silo has not heard of it yet.</summary>
    internal async ValueTask<AcceptRequest?> UnpackAsync(AcceptItem item)
    {
        AcceptRequest? request;
        while ((request = item.ToRequest(administration.Current)) is null && !administration.Current.IsClosed(item.Tenant))
        {
            await PauseAsync().ConfigureAwait(false);
        }

        return request;
    }

    // Nearly always none.
    private AcceptRequest[] OpenOf(ReadOnlySpan<AcceptRequest> requests)
    {
        List<AcceptRequest>? open = null;
        foreach (AcceptRequest request in requests)
        {
            if (request.Outcome is not (AcceptOutcome.Accepted or AcceptOutcome.OtherBody) && !IsClosed(request))
            {
                (open ??= []).Add(request);
            }
        }

        return open?.ToArray() ?? [];
    }

    private Task PauseAsync() => Task.Delay(Pause, time, CancellationToken.None);

    private bool IsClosed(AcceptRequest request) => administration.Current.IsClosed(request.Tenant!.Number);

    private async ValueTask SubmitAsync(AcceptRequest request, SliceRound round)
    {
        if (request.Fallback is { } fallback && request.FallbackId == default)
        {
            // Kept before its message, as everywhere (FallbackAccept). It stays with the request, which may be packed for another silo at any time.
            await KeepAsync(new[] { fallback }).ConfigureAwait(false);
            if (fallback.Outcome != AcceptOutcome.Accepted)
            {
                request.Outcome = fallback.Outcome;
                round.Completed(request);
                return;
            }

            request.FallbackId = fallback.Id;
        }

        request.Outcome = AcceptOutcome.Pending;
        request.Listener = round;
        Intake intake;
        while ((intake = shards.TryAccept(request)) != Intake.Queued)
        {
            if (IsClosed(request))
            {
                round.Completed(request);
                return;
            }

            if (intake == Intake.Full)
            {
                await shards.WaitForRoomAsync(request.Contact.Shard, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    // Told of every message of a round.
    private sealed class SliceRound(int count, IWorkScheduler scheduler) : IAcceptListener
    {
        private readonly ScheduledAnswer<bool> ended = new(scheduler);
        private int left = count;

        public Task Ended => ended.Task;

        public void Completed(AcceptRequest request)
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                ended.TryGive(true);
            }
        }
    }
}
