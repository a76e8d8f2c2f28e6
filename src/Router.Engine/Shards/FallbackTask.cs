using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>A fallback to wake or to cancel, on its way through its shard. Done again it does nothing more.</summary>
/// <param name="tenant">Its tenant's number.</param>
/// <param name="fallback">The fallback.</param>
/// <param name="wakes">Wake it; else cancel it, if it was not woken.</param>
/// <param name="answer">Told once, by the owner's thread: true when that is kept or the fallback has ended; false: ask again.</param>
internal sealed class FallbackTask(int tenant, MessageId fallback, bool wakes, Action<bool> answer)
{
    public readonly int Tenant = tenant;
    public readonly MessageId Fallback = fallback;
    public readonly bool Wakes = wakes;
    public readonly Action<bool> Answer = answer;
}
