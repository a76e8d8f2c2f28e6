using System.Buffers;

namespace Router.Core.Messages;

/// <summary>What <see cref="LineSplitter.TryRead"/> found.</summary>
public enum LineKind : byte
{
    /// <summary>No whole line yet: read more, or the end.</summary>
    None = 0,

    /// <summary>A line.</summary>
    Line = 1,

    /// <summary>A line over 64 KiB: told once, as soon as it is certain; the rest of it is passed over.</summary>
    TooLarge = 2,
}

/// <summary>
/// Splits NDJSON into lines over the edges of buffers. One a stream, made by its reader and used from its loop alone:
/// <code>
/// ReadOnlySequence&lt;byte&gt; buffer = result.Buffer;
/// while ((kind = splitter.TryRead(ref buffer, result.IsCompleted, out line)) != LineKind.None) { … }
/// reader.AdvanceTo(buffer.Start, buffer.End);
/// </code>
/// A loop that stops before <see cref="LineKind.None"/> advances to <c>(buffer.Start, buffer.Start)</c>, since whole lines may still lie there.
/// </summary>
/// <remarks>
/// Hot path. <c>LinesBenchmark</c>, 0 B. Lines end with LF or CRLF, the last one also with the end of the stream. Lines of nothing but spaces and tabs are passed over but counted, so that
/// <see cref="LineNumber"/> is the number an editor shows and a stream that is sent again has the same numbers. At most 65,537 bytes stay unread in the caller's buffer.
/// </remarks>
public sealed class LineSplitter
{
    /// <summary>Bytes of a line at most, without its end.</summary>
    public const int LineBytesMax = MessageDecoder.BodyBytesMax;

    private long _scanned;
    private bool _passing;

    /// <summary>Number of the line told last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Takes the next line out of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What is unread; comes back without what was taken. The next call must begin where this one ended.</param>
    /// <param name="isCompleted">Whether nothing comes after <paramref name="buffer"/>.</param>
    /// <param name="line">The line without its end, in <paramref name="buffer"/>'s memory; empty but for <see cref="LineKind.Line"/>.</param>
    public LineKind TryRead(ref ReadOnlySequence<byte> buffer, bool isCompleted, out ReadOnlySequence<byte> line)
    {
        while (TryFindEnd(buffer, isCompleted, out long length, out long next))
        {
            line = buffer.Slice(0, length);
            buffer = buffer.Slice(next);
            _scanned = 0;
            if (_passing)
            {
                _passing = false;
                continue;
            }

            LineNumber++;
            line = WithoutCarriageReturn(line);
            if (line.Length > LineBytesMax)
            {
                line = default;
                return LineKind.TooLarge;
            }

            if (!IsBlank(line))
            {
                return LineKind.Line;
            }
        }

        line = default;
        return PassOver(ref buffer);
    }

    /// <summary>The line as one span: itself where it lies in one piece, else copied to <paramref name="copy"/>.</summary>
    /// <param name="line">A line of <see cref="TryRead"/>.</param>
    /// <param name="copy">At least <see cref="LineBytesMax"/> bytes.</param>
    public static ReadOnlySpan<byte> AsSpan(in ReadOnlySequence<byte> line, Span<byte> copy)
    {
        if (line.IsSingleSegment)
        {
            return line.FirstSpan;
        }

        line.CopyTo(copy);
        return copy[..(int)line.Length];
    }

    /// <summary>Finds where the line at the start ends and the next begins; what was searched before is not searched again.</summary>
    private bool TryFindEnd(in ReadOnlySequence<byte> buffer, bool isCompleted, out long length, out long next)
    {
        ReadOnlySpan<byte> first = buffer.FirstSpan;
        int at = _scanned < first.Length ? first[(int)_scanned..].IndexOf((byte)'\n') : -1;
        if (at >= 0)
        {
            length = _scanned + at;
            next = length + 1;
            return true;
        }

        return TryFindEndFurther(buffer, isCompleted, out length, out next);
    }

    private bool TryFindEndFurther(in ReadOnlySequence<byte> buffer, bool isCompleted, out long length, out long next)
    {
        SequencePosition? end = buffer.IsSingleSegment ? null : buffer.Slice(_scanned).PositionOf((byte)'\n');
        if (end is { } position)
        {
            length = buffer.GetOffset(position) - buffer.GetOffset(buffer.Start);
            next = length + 1;
            return true;
        }

        _scanned = buffer.Length;
        length = next = _scanned;
        return isCompleted && _scanned > 0;
    }

    /// <summary>Gives up a line that is too long already, so that the caller need not keep it, and what follows of one given up before.</summary>
    private LineKind PassOver(ref ReadOnlySequence<byte> buffer)
    {
        // One byte more than a line: it may be the CR before a LF that has not come yet.
        bool tooLarge = !_passing && _scanned > LineBytesMax + 1;
        if (tooLarge || _passing)
        {
            buffer = buffer.Slice(buffer.End);
            _scanned = 0;
            _passing = true;
        }

        LineNumber += tooLarge ? 1 : 0;
        return tooLarge ? LineKind.TooLarge : LineKind.None;
    }

    private static ReadOnlySequence<byte> WithoutCarriageReturn(in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
        {
            return line;
        }

        byte last = line.IsSingleSegment ? line.FirstSpan[^1] : line.Slice(line.Length - 1).FirstSpan[0];
        return last == '\r' ? line.Slice(0, line.Length - 1) : line;
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (ReadOnlyMemory<byte> piece in line)
        {
            if (piece.Span.ContainsAnyExcept((byte)' ', (byte)'\t'))
            {
                return false;
            }
        }

        return true;
    }
}
