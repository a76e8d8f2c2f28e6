namespace Router.Engine.Shards;

/// <summary>Where a waiting message stands. One transition method each in <see cref="Shard"/>.</summary>
internal enum MessageStage : byte
{
    /// <summary>Slot is free.</summary>
    Free = 0,

    /// <summary>In its lane, ready to be released.</summary>
    Ready = 1,

    /// <summary>In the wheel until a time: scheduled, a retry, the recipient's limit.</summary>
    Deferred = 2,

    /// <summary>Released, outcome not known.</summary>
    Sending = 3,

    /// <summary>Its last status is on its way to the journal: nothing moves it any more but the journal's answer.</summary>
    Ending = 4,

    /// <summary>An outcome that lets it wait, or that it is leaving, is on its way to the journal.</summary>
    Settling = 5,

    /// <summary>In the wheel until quiet hours end (R3.4).</summary>
    Quiet = 6,

    /// <summary>A fallback that was not woken: in the wheel until its validity ends.</summary>
    Dormant = 7,
}
