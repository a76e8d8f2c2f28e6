namespace Router.Engine.Shards;

/// <summary>Marks of a waiting message.</summary>
[Flags]
internal enum MessageMarks : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Has a reference.</summary>
    Reference = 1,

    /// <summary><c>queued</c> has been told.</summary>
    Told = 2,

    /// <summary>Waits for its scheduled time.</summary>
    Scheduled = 4,

    /// <summary>Its record is not in the ring: read back.</summary>
    NotInRing = 8,

    /// <summary>Ended while in its lane: skipped and freed when it comes up.</summary>
    Unlinked = 16,

    /// <summary>Stands in a lane's list.</summary>
    InLane = 32,

    /// <summary>Stands in the wheel.</summary>
    InWheel = 64,

    /// <summary>Its leaving is kept, it has a place in its recipient's limit: reserved while it waits, counted at its release's end while it is sending.</summary>
    Cleared = 128,
}
