using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>Whether a message may have left without an answer.</summary>
internal enum LeavingState : byte
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>Its last <see cref="EntryKind.Leaving"/> has no answer.</summary>
    Open = 1,

    /// <summary>It is answered.</summary>
    Answered = 2,
}
