namespace Router.Core.Inbound;

/// <summary>What a word that stands alone in a message asks for (R2.3).</summary>
public enum WordAction : byte
{
    /// <summary>Nothing: it is an ordinary message.</summary>
    None = 0,

    /// <summary>No more marketing.</summary>
    Stop = 1,

    /// <summary>No more at all.</summary>
    StopAll = 2,

    /// <summary>Messages again.</summary>
    Start = 3,

    /// <summary>Who is this, and how do I stop it.</summary>
    Help = 4,
}
