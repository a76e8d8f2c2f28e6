namespace Router.Engine.Inbound;

/// <summary>What became of a message from an end user.</summary>
public enum InboundOutcome : byte
{
    /// <summary>Not known yet.</summary>
    Pending = 0,

    /// <summary>Not kept: whoever told it tells it again.</summary>
    NotKept = 1,

    /// <summary>Kept, now or before.</summary>
    Kept = 2,

    /// <summary>Not kept, for it was only for a contact that is known (<see cref="InboundTask.OnlyIfKnown"/>).</summary>
    ContactUnknown = 3,
}
