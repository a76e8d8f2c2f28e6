using System.Buffers.Binary;
using System.Diagnostics;

namespace Router.Core.Messages;

/// <summary>
/// A recorded trace and the span in it that a message came by (W3C Trace Context): kept with the message, so that what happens to it later, on whatever silo, is told under that
/// span. Default: none. A trace that is not recorded is not kept, so its messages cost nothing.
/// </summary>
/// <param name="TraceHigh">First half of the trace's id, big-endian.</param>
/// <param name="TraceLow">Its second half.</param>
/// <param name="Span">The span's id.</param>
public readonly record struct TraceContext(ulong TraceHigh, ulong TraceLow, ulong Span)
{
    /// <summary>Bytes of <see cref="Write"/>.</summary>
    public const int Size = 16 + 8;

    /// <summary>Whether there is one: W3C has no trace and no span of zeros.</summary>
    public bool IsRecorded => Span != 0;

    /// <summary>The context of a span; none unless that is recorded.</summary>
    public static TraceContext Of(in ActivityContext span)
    {
        if ((span.TraceFlags & ActivityTraceFlags.Recorded) == 0)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[Size];
        span.TraceId.CopyTo(bytes[..16]); // both fill what they get
        span.SpanId.CopyTo(bytes[16..]);
        return Read(bytes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static TraceContext Read(ReadOnlySpan<byte> from) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(from), BinaryPrimitives.ReadUInt64BigEndian(from[8..]), BinaryPrimitives.ReadUInt64BigEndian(from[16..]));

    /// <summary>Writes the trace's id, then the span's.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, TraceHigh);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], TraceLow);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], Span);
    }

    /// <summary>As the parent of a span; not to be called of none.</summary>
    public ActivityContext ToParent()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return new ActivityContext(ActivityTraceId.CreateFromBytes(bytes[..16]), ActivitySpanId.CreateFromBytes(bytes[16..]), ActivityTraceFlags.Recorded, isRemote: true);
    }
}
