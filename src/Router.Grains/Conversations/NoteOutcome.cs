namespace Router.Grains.Conversations;

/// <summary>What became of a note.</summary>
public enum NoteOutcome : byte
{
    /// <summary>Not kept for all that is known: try again.</summary>
    Unavailable = 0,

    /// <summary>Kept.</summary>
    Kept = 1,

    /// <summary>The contact was erased: there is no key to keep it under.</summary>
    Erased = 2,
}
