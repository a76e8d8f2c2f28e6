namespace Router.Engine.Providers;

/// <summary>
/// What a provider tells the engine. Every member may be called from any thread and returns at once.
/// </summary>
public interface IProviderEvents
{
    /// <summary>Tells outcomes.</summary>
    void Settle(ReadOnlySpan<Outcome> outcomes);

    /// <summary>
    /// Tells a receipt. <paramref name="acknowledge"/> is called once with true when it is kept (acknowledge it), with false when it could not be (have it sent again).
    /// <paramref name="state"/> goes with it, so that no closure is needed.
    /// </summary>
    void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token);

    /// <summary>
    /// Tells a message from an end user, or a part of one. <paramref name="acknowledge"/> as with receipts: true once it is kept, false when it could not be.
    /// </summary>
    void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token);

    /// <summary>The account went up (at least one session) or down. Tell only changes; starts as down.</summary>
    void HealthChanged(int provider, bool up);
}
