using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>A cancel on its way through a shard.</summary>
internal sealed class CancelTask(int tenant, MessageId message)
{
    public readonly int Tenant = tenant;
    public readonly MessageId Message = message;
    public readonly TaskCompletionSource<CancelOutcome> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public long GiveUpAt;
}
