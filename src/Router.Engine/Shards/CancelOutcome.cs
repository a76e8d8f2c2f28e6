namespace Router.Engine.Shards;

/// <summary>What became of a cancel.</summary>
public enum CancelOutcome : byte
{
    /// <summary>Cancelled: it does not leave.</summary>
    Cancelled = 0,

    /// <summary>It had left, or ended otherwise: 409.</summary>
    AlreadyLeft = 1,

    /// <summary>Nothing known of it in memory: finished, or not there.</summary>
    NotFound = 2,

    /// <summary>Not kept; try again: 503.</summary>
    Unavailable = 3,
}
