namespace Router.LoadTest.Wire;

/// <summary>Takes lines out of an HTTP answer with <c>Transfer-Encoding: chunked</c> (RFC 9112 §7.1), whatever is cut where. For one thread.</summary>
internal sealed class ChunkedLines
{
    private readonly byte[] line = new byte[8_192];
    private int lineLength;
    private int left;
    private State state;

    private enum State
    {
        Size,
        Data,
        AfterData,
        Ended,
    }

    /// <summary>Whether the last chunk was read.</summary>
    internal bool HasEnded => state == State.Ended;

    /// <summary>Begins anew.</summary>
    internal void Reset() => (lineLength, left, state) = (0, 0, State.Size);

    /// <summary>Uses some of <paramref name="bytes"/>: true with the next whole line (good until the next call), false when more bytes are needed.</summary>
    internal bool TryRead(ReadOnlySpan<byte> bytes, out int used, out ReadOnlySpan<byte> found)
    {
        used = 0;
        found = default;
        while (true)
        {
            ReadOnlySpan<byte> rest = bytes[used..];
            switch (state)
            {
                case State.Size:
                    int end = rest.IndexOf("\r\n"u8);
                    if (end < 0)
                    {
                        return false;
                    }

                    left = ParseHex(rest[..end]);
                    used += end + 2;
                    state = left == 0 ? State.Ended : State.Data;
                    break;
                case State.Data when left == 0:
                    state = State.AfterData;
                    break;
                case State.Data:
                    if (rest.IsEmpty)
                    {
                        return false;
                    }

                    ReadOnlySpan<byte> data = rest[..Math.Min(left, rest.Length)];
                    int feed = data.IndexOf((byte)'\n');
                    int take = feed < 0 ? data.Length : feed + 1;
                    used += take;
                    left -= take;
                    if (feed >= 0 && lineLength == 0)
                    {
                        found = data[..feed];
                        return true;
                    }

                    data[..(feed < 0 ? take : feed)].CopyTo(line.AsSpan(lineLength));
                    lineLength += feed < 0 ? take : feed;
                    if (feed >= 0)
                    {
                        found = line.AsSpan(0, lineLength);
                        lineLength = 0;
                        return true;
                    }

                    break;
                case State.AfterData:
                    if (rest.Length < 2)
                    {
                        return false;
                    }

                    used += 2;
                    state = State.Size;
                    break;
                default:
                    return false;
            }
        }
    }

    private static int ParseHex(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            int nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => throw new InvalidDataException("a chunk's size is no hexadecimal number"),
            };
            value = checked((value << 4) | nibble);
        }

        return value;
    }
}
