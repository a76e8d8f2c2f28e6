namespace Router.Engine.Journal;

/// <summary>One event as read from the log: ids, type, time and reason only; bodies are composed when delivered.</summary>
public struct LogEvent
{
    /// <summary>Where it stands.</summary>
    public LogPosition Position;

    /// <summary>
    /// The entry; an accepted message shows as <see cref="EntryKind.Status"/> with <see cref="Core.Messages.MessageStatus.Accepted"/>.
    /// <see cref="JournalEntry.ReceiptKey"/> is not filled.
    /// </summary>
    public JournalEntry Entry;
}
