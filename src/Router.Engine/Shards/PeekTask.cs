using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>A look at a message under way.</summary>
internal sealed class PeekTask(int tenant, MessageId message)
{
    public readonly int Tenant = tenant;
    public readonly MessageId Message = message;
    public readonly TaskCompletionSource<LiveMessage> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
