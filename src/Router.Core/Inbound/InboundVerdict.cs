using Router.Core.Consent;

namespace Router.Core.Inbound;

/// <summary>What a message from an end user does beside being kept.</summary>
/// <param name="Action">What it asked for.</param>
/// <param name="Flags">The contact's flags after it.</param>
/// <param name="Reply">What is answered to it; null: nothing.</param>
/// <param name="ConfirmsStop">The reply is the one message that a block does not hold back (<see cref="Decision.DecideConfirmation"/>).</param>
public readonly record struct InboundVerdict(WordAction Action, ContactFlags Flags, string? Reply, bool ConfirmsStop);
