using System.Runtime.InteropServices;
using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>
/// An accepted message that is not finished: all that a shard holds of it. 56 bytes; with its place in <see cref="SlotIndex"/> (at most 8) it stays within the 64 bytes of DESIGN §3.
/// </summary>
/// <remarks>16 id + 4 contact + 4 lane + 4 prefix and marks + 4 validity + 4 due + 8 wheel links + 4 lane link + 4 ring + 4 bytes = 56.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct WaitingMessage
{
    /// <summary>The id's head; 0: the slot is free.</summary>
    public ulong Head;

    /// <summary>The id's tail.</summary>
    public ulong Tail;

    /// <summary>Row of its contact.</summary>
    public int Contact;

    /// <summary>Its lane in the shard.</summary>
    public int Lane;

    private uint prefixAndMarks;

    /// <summary>Unix seconds at which its validity ends, rounded up.</summary>
    public uint ValidUntilS;

    /// <summary>Tick of the wheel at which it is looked at next.</summary>
    public uint DueTick;

    /// <summary>Next in the wheel; while sending, the low half of the release's end.</summary>
    public int WheelNext;

    /// <summary>Previous in the wheel; while sending, the high half of the release's end.</summary>
    public int WheelPrevious;

    /// <summary>Next in its lane, or the next free slot.</summary>
    public int LaneNext;

    /// <summary>Where its record lies in the ring, as long as it does.</summary>
    public uint RingAt;

    /// <summary>Where it stands.</summary>
    public MessageStage Stage;

    /// <summary>Tries at the present provider.</summary>
    public byte Attempts;

    /// <summary>Segments.</summary>
    public byte Segments;

    /// <summary>Providers of its route that have failed it, one bit each in the route's order.</summary>
    public byte Tried;

    /// <summary>The id.</summary>
    public readonly MessageId Id => new(Head, Tail);

    /// <summary>First digits of the destination (24 bits).</summary>
    public uint Prefix
    {
        readonly get => prefixAndMarks & 0xFF_FFFF;
        set => prefixAndMarks = (prefixAndMarks & 0xFF00_0000) | (value & 0xFF_FFFF);
    }

    /// <summary>Marks.</summary>
    public MessageMarks Marks
    {
        readonly get => (MessageMarks)(prefixAndMarks >> 24);
        set => prefixAndMarks = (prefixAndMarks & 0xFF_FFFF) | ((uint)value << 24);
    }

    /// <summary>Monotonic end of its release, while <see cref="MessageStage.Sending"/>: it is in no wheel then.</summary>
    public long ReleaseEnd
    {
        readonly get => (long)(uint)WheelNext | ((long)WheelPrevious << 32);
        set
        {
            WheelNext = (int)value;
            WheelPrevious = (int)(value >> 32);
        }
    }
}

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
}

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
