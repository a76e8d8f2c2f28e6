using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <summary>Port: the owners on other silos, for receipts that came in here.</summary>
public interface IReceiptsElsewhere
{
    /// <summary>
    /// Sends a receipt to the silo that owns <paramref name="shard"/>, whose answer goes to <paramref name="acknowledge"/> as in <see cref="IProviderEvents.Receive(in Receipt, Action{object?, long, bool}, object?, long)"/>;
    /// false: no owner is known, nothing was sent. Any thread; returns at once.
    /// </summary>
    bool TryForward(int shard, in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token);
}
