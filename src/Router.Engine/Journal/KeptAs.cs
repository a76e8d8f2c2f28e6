namespace Router.Engine.Journal;

/// <summary>What became of one accepted message inside a kept part.</summary>
public enum KeptAs : byte
{
    /// <summary>Kept as new.</summary>
    New = 0,

    /// <summary>The idempotency key was used before with the same body: <see cref="AcceptedMessage.FirstId"/> is the answer; nothing was stored. Also what answers a repeat (<see cref="AcceptedMessage.IsReply"/>).</summary>
    Repeat = 1,

    /// <summary>The idempotency key was used before with another body; nothing was stored.</summary>
    OtherBody = 2,
}
