namespace Router.LoadTest.Load;

/// <summary>Writes text and numbers of a fixed width one behind the other into a span.</summary>
internal ref struct Utf8Cursor(Span<byte> to)
{
    private readonly Span<byte> to = to;

    /// <summary>Bytes written.</summary>
    internal int Length { get; private set; }

    internal void Add(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(to[Length..]);
        Length += text.Length;
    }

    internal void AddDecimal(long value, int digits)
    {
        for (int i = digits - 1; i >= 0; i--)
        {
            to[Length + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        Length += digits;
    }

    internal void AddHex(long value, int digits)
    {
        for (int i = digits - 1; i >= 0; i--)
        {
            to[Length + i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }

        Length += digits;
    }
}
