namespace Router.Engine.Journal;

/// <summary>Kinds of entries in the log. Stored; the numbers never change.</summary>
public enum EntryKind : byte
{
    /// <summary>Not an entry.</summary>
    None = 0,

    /// <summary>A message's status changed: an event.</summary>
    Status = 1,

    /// <summary>A provider took one segment of several: not an event.</summary>
    SegmentSent = 2,

    /// <summary>A receipt for one segment of several: not an event.</summary>
    SegmentReceipt = 3,

    /// <summary>A contact's flags changed: the event <c>consent.changed</c>.</summary>
    Flags = 4,

    /// <summary>A receipt that found no message yet; kept before it is acknowledged.</summary>
    UnmatchedReceipt = 5,

    /// <summary>An unmatched receipt found its message, or its time ran out: forget the one of this key and status (none: all of the key, as older logs have it).</summary>
    ReceiptDone = 6,

    /// <summary>
    /// A message whose recipient has a limit may leave: kept before it does, so that its place is known after a crash. Not an event. Open until an entry of the message says
    /// <see cref="JournalEntry.HasLeft"/>. (7 is how the log packs an accepted message.)
    /// </summary>
    Leaving = 8,

    /// <summary>
    /// Of a message with a fallback: it needs it no more, the fallback is awake, cancelled or out of time. Of a fallback: it is awake, a message as any other from now on. Not an event.
    /// </summary>
    FallbackDone = 12,

    /// <summary>A conversation was assigned, closed or reopened (<see cref="JournalEntry.Told"/>): an event. Its facts are rows (<see cref="JournalPart.Conversations"/>), not entries. (9 is another's; 11 is free.)</summary>
    Conversation = 10,

    /// <summary>A part of an inbound message (<see cref="AcceptedMessage.IsPart"/>) is done with: its whole is kept in the same part. Not an event.</summary>
    PartDone = 13,
    /// <summary>Something that no message made: an event to its tenant (<see cref="NoticeKind"/>).</summary>
    Notice = 9,
}
