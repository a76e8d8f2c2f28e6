using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Testing;

/// <summary>Where a segment handed to a <see cref="ScriptedProvider"/> stands.</summary>
public enum ScriptedState
{
    /// <summary>Handed over, not written.</summary>
    Queued,

    /// <summary>Written, without an outcome.</summary>
    Written,

    /// <summary>Its outcome was told.</summary>
    Settled,
}

/// <summary>One segment handed to a <see cref="ScriptedProvider"/>. Read it when nothing runs, or as a hint.</summary>
public sealed class ScriptedDeparture
{
    internal ScriptedDeparture(in Departure departure, byte[] record, byte segment, int number, long submittedAt)
    {
        Id = departure.Id;
        Epoch = departure.Epoch;
        Conversation = departure.Conversation;
        ReleaseEnd = departure.ReleaseEnd;
        ValidUntilMs = departure.ValidUntilMs;
        Segments = departure.Segments;
        Segment = segment;
        HasLeftWhole = departure.HasLeftWhole;
        Record = record;
        Number = number;
        SubmittedAt = submittedAt;
    }

    /// <summary>The message.</summary>
    public MessageId Id { get; }

    /// <summary>See <see cref="Departure.Epoch"/>.</summary>
    public long Epoch { get; }

    /// <summary>See <see cref="Departure.Conversation"/>.</summary>
    public ulong Conversation { get; }

    /// <summary>See <see cref="Departure.ReleaseEnd"/>.</summary>
    public long ReleaseEnd { get; }

    /// <summary>See <see cref="Departure.ValidUntilMs"/>.</summary>
    public long ValidUntilMs { get; }

    /// <summary>Segments of the message.</summary>
    public byte Segments { get; }

    /// <summary>This one, from 0.</summary>
    public byte Segment { get; }

    /// <summary>See <see cref="Departure.HasLeftWhole"/>.</summary>
    public bool HasLeftWhole { get; }

    /// <summary>A copy of the record.</summary>
    public byte[] Record { get; }

    /// <summary>Its place in the order of hand-over, from 0.</summary>
    public int Number { get; }

    /// <summary>Timestamp of the hand-over.</summary>
    public long SubmittedAt { get; }

    /// <summary>Timestamp of the writing; 0: not written.</summary>
    public long WrittenAt { get; internal set; }

    /// <summary>Where it stands.</summary>
    public ScriptedState State { get; internal set; }

    /// <summary>The outcome told; default before.</summary>
    public Outcome Outcome { get; internal set; }

    /// <summary>The key under which its receipt comes; 0: none.</summary>
    public ulong ReceiptKey { get; internal set; }

    /// <summary>The record's text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(MessageRecord.Read(Record).Text);
}
