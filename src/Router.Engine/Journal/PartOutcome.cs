namespace Router.Engine.Journal;

/// <summary>What became of a part as a whole.</summary>
public enum PartOutcome : byte
{
    /// <summary>Not known yet.</summary>
    Pending = 0,

    /// <summary>On stable storage. Each accepted message has an answer of its own (<see cref="AcceptedMessage.Kept"/>).</summary>
    Kept = 1,

    /// <summary>Known to be rolled back, nothing stored (disk full): 503, the ownership stays.</summary>
    Refused = 2,

    /// <summary>A younger epoch owns the shard: the ownership ends.</summary>
    Fenced = 3,

    /// <summary>The commit's fate is unknown: the ownership ends, a new epoch reads storage.</summary>
    Unknown = 4,
}
