namespace Router.Engine.Inbound;

/// <summary>Keeps records of channel streams that cannot be handled.</summary>
public interface IDeadRecords
{
    /// <summary>Keeps it, once however often it is asked within 24 h; false: it could not be kept now, ask again. Any thread.</summary>
    ValueTask<bool> TryKeepAsync(DeadRecord record);
}
