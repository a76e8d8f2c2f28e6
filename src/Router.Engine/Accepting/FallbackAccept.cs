using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Engine.Accepting;

/// <summary>A fallback on its way into its shard: it is kept before the message that names it. Its request wipes itself once its fate is known, whoever still waits for it.</summary>
public sealed class FallbackAccept : IAcceptListener
{
    private readonly TaskCompletionSource<AcceptOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FallbackAccept()
    {
    }

    /// <summary>Ends when its fate is known.</summary>
    public Task<AcceptOutcome> Outcome => outcome.Task;

    /// <summary>Its id, once <see cref="Outcome"/> is <see cref="AcceptOutcome.Accepted"/>.</summary>
    public MessageId Id { get; private set; }

    /// <summary>Queues the fallback of <paramref name="message"/>, which is the shard's from then on.</summary>
    public static Intake TryStart(IShards shards, AcceptRequest message, out FallbackAccept started)
    {
        AcceptRequest request = message.Fallback!;
        started = new FallbackAccept();
        request.Listener = started;
        Intake intake = shards.TryAccept(request);
        if (intake == Intake.Queued)
        {
            message.Fallback = null;
        }

        return intake;
    }

    /// <summary>Its message is not accepted: it is cancelled, once it is kept. Where that fails it lies dormant until its validity ends.</summary>
    public void Withdraw(IShards shards, int tenant) => _ = WithdrawAsync(shards, tenant);

    /// <summary>The fallback of a message that came back: cancelled where that is not kept and never will be. Not for who hands the same request in again.</summary>
    public static void WithdrawUnkept(IShards shards, AcceptRequest message)
    {
        if (message is { Outcome: AcceptOutcome.Unavailable, IsKnownUnkept: true } && message.FallbackId != default)
        {
            _ = shards.CancelAsync(message.Tenant!.Number, message.FallbackId, CancellationToken.None).AsTask();
        }
    }

    private async Task WithdrawAsync(IShards shards, int tenant)
    {
        if (await outcome.Task.ConfigureAwait(false) == AcceptOutcome.Accepted)
        {
            await shards.CancelAsync(tenant, Id, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Completed(AcceptRequest request)
    {
        Id = request.Id;
        AcceptOutcome known = request.Outcome;
        AcceptRequestPool.Blank(request);
        outcome.TrySetResult(known);
    }
}
