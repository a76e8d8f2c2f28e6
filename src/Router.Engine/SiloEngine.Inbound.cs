using Router.Engine.Providers;

namespace Router.Engine;

/// <content>The way of a message from an end user.</content>
public sealed partial class SiloEngine
{
    /// <inheritdoc/>
    public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        ArgumentNullException.ThrowIfNull(acknowledge);
        acknowledge(state, token, false);
    }
}
