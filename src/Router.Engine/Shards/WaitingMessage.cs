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

    // 23 bits of prefix, 1 of media, 8 of marks.
    private const uint PrefixBits = 0x7F_FFFF;
    private const uint MediaBit = 0x80_0000;
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

    /// <summary>First digits of the destination (23 bits: six digits and their number).</summary>
    public uint Prefix
    {
        readonly get => prefixAndMarks & PrefixBits;
        set => prefixAndMarks = (prefixAndMarks & ~PrefixBits) | (value & PrefixBits);
    }

    /// <summary>Whether its content is media.</summary>
    public bool IsMedia
    {
        readonly get => (prefixAndMarks & MediaBit) != 0;
        set => prefixAndMarks = value ? prefixAndMarks | MediaBit : prefixAndMarks & ~MediaBit;
    }

    /// <summary>Marks.</summary>
    public MessageMarks Marks
    {
        readonly get => (MessageMarks)(prefixAndMarks >> 24);
        set => prefixAndMarks = (prefixAndMarks & 0xFF_FFFF) | ((uint)value << 24);
    }

    /// <summary>
    /// Monotonic end of its release, while <see cref="MessageStage.Sending"/>: it is in no wheel then. While <see cref="MessageStage.Ending"/> or
    /// <see cref="MessageStage.Settling"/>: 0 if it had not been released.
    /// </summary>
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
