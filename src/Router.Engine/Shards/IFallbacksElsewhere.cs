using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>Port: the owners on other silos, for fallbacks of messages owned here.</summary>
public interface IFallbacksElsewhere
{
    /// <summary>
    /// Has the silo that owns the shard of <paramref name="fallback"/> wake or cancel it, as <see cref="SiloEngine.SettleFallbackAsync"/> does, and tells <paramref name="answer"/>; false: no owner is known,
    /// nothing was sent. Any thread; returns at once.
    /// </summary>
    bool TrySettle(int tenant, MessageId fallback, bool wakes, Action<bool> answer);
}
