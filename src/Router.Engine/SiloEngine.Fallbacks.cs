using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>From a message's shard to its fallback's, here or on another silo, and back.</content>
public sealed partial class SiloEngine
{
    /// <summary>The way to fallbacks on other silos; null: there are none.</summary>
    public IFallbacksElsewhere? FallbacksElsewhere { get; set; }

    /// <summary>Wakes or cancels a fallback owned here; true: it is kept, or the fallback has ended; false: ask again.</summary>
    public async ValueTask<bool> SettleFallbackAsync(int tenant, MessageId fallback, bool wakes, CancellationToken cancellationToken)
    {
        var settled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return SettleHere(tenant, fallback, wakes, kept => settled.TrySetResult(kept)) && await settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the fallback's shard do what was decided. Answered as a command of the message's own shard.</summary>
    internal void Settle(PendingFallback fallback)
    {
        bool wakes = fallback.Verdict == FallbackVerdict.Wake;
        if (!SettleHere(fallback.Tenant, fallback.Fallback, wakes, Answer) && FallbacksElsewhere?.TrySettle(fallback.Tenant, fallback.Fallback, wakes, Answer) != true)
        {
            Answer(false);
        }

        // An owner that has ended in between needs no answer: whoever has the shard now decides anew.
        void Answer(bool settled)
        {
            fallback.Settled = settled;
            Post(fallback.Message.Shard, new UrgentCommand { Kind = CommandKind.FallbackSettled, Target = fallback });
        }
    }

    /// <summary>Has a fallback cancelled whose message was not kept. Where that fails it lies dormant until its validity ends.</summary>
    internal void Withdraw(int tenant, MessageId fallback)
    {
        if (!SettleHere(tenant, fallback, wakes: false, static _ => { }))
        {
            FallbacksElsewhere?.TrySettle(tenant, fallback, wakes: false, static _ => { });
        }
    }

    private bool SettleHere(int tenant, MessageId fallback, bool wakes, Action<bool> answer) =>
        Post(fallback.Shard, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(tenant, fallback, wakes, answer) });
}
