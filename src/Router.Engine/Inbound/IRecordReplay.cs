namespace Router.Engine.Inbound;

/// <summary>Port: tries records of channel streams again that ended as dead letters.</summary>
public interface IRecordReplay
{
    /// <summary>Handles it as what it was when it was read; false: it cannot be, still, or not now.</summary>
    ValueTask<bool> ReplayAsync(DeadRecord record, CancellationToken cancellationToken);
}
