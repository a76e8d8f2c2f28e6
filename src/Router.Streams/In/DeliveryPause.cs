using Orleans.Runtime.Providers;

namespace Router.Streams.In;

/// <summary>Between two deliveries of a slice that was not taken, because its shard's silo died or moved it: short beside the time that takes, long enough to cost nothing.</summary>
internal sealed class DeliveryPause : IMessageDeliveryBackoffProvider
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public TimeSpan Next(int attempt) => Pause;
}
