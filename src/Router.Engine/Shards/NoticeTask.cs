using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>A notice on its way through a shard.</summary>
internal sealed class NoticeTask(int tenant, NoticeKind kind, int subject)
{
    public readonly int Tenant = tenant;
    public readonly NoticeKind Kind = kind;
    public readonly int Subject = subject;

    /// <summary>True: kept.</summary>
    public readonly TaskCompletionSource<bool> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
