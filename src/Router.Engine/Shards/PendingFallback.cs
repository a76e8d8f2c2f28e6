using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>A message's fallback as the message's shard knows it, until it is done with: it outlives the message in the shard's slab. Owned by the shard; lent to the silo while it is settled.</summary>
internal sealed class PendingFallback(in AcceptedMessage message)
{
    /// <summary>The message.</summary>
    public readonly MessageId Message = message.Id;

    /// <summary>Its tenant.</summary>
    public readonly int Tenant = message.Tenant;

    /// <summary>Its contact.</summary>
    public readonly ContactId Contact = message.Contact;

    /// <summary>Its sender's tag.</summary>
    public readonly uint Sender = message.Sender;

    /// <summary>The fallback.</summary>
    public readonly MessageId Fallback = message.Fallback;

    /// <summary>Whether it goes at the end of the message's validity; else it has none of its own left then.</summary>
    public readonly bool GoesInTime = message.FallbackAfterSeconds > 0;

    /// <summary>Unix ms at which its message's validity has ended. A waiting message knows it in whole seconds, rounded up: earlier, one that comes back unsent could still leave.</summary>
    public readonly long DueMs = (message.ValidUntilMs + 999) / 1000 * 1000;

    /// <summary>What was decided; <see cref="FallbackVerdict.Wait"/>: nothing yet.</summary>
    public FallbackVerdict Verdict;

    /// <summary>What its shard answered last: it is kept there.</summary>
    public bool Settled;
}
