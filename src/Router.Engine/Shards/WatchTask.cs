using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>Someone who waits for the verdict about a message (<c>Prefer: wait</c>). Answered true when it is known or the message is no more under way, false when the time is over.</summary>
internal sealed class WatchTask(int tenant, MessageId message, long limitMs)
{
    public readonly int Tenant = tenant;
    public readonly MessageId Message = message;
    public readonly long LimitMs = limitMs;
    public readonly TaskCompletionSource<bool> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public long GiveUpAtMs;
}
