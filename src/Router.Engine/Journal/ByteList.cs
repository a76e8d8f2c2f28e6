namespace Router.Engine.Journal;

/// <summary>A growing array of bytes that is reused. Single owner, not thread-safe.</summary>
public sealed class ByteList
{
    private byte[] bytes;

    /// <summary>An empty list with room for <paramref name="capacity"/> bytes.</summary>
    public ByteList(int capacity) => bytes = new byte[capacity];

    /// <summary>Bytes in it.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Count);

    /// <summary>The backing array; valid until the next addition.</summary>
    public byte[] Array => bytes;

    /// <summary>Adds <paramref name="length"/> bytes and returns them to be written; valid until the next addition.</summary>
    public Span<byte> Add(int length)
    {
        if (bytes.Length - Count < length)
        {
            System.Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Count + length));
        }

        Span<byte> added = bytes.AsSpan(Count, length);
        Count += length;
        return added;
    }

    /// <summary>Takes the last <paramref name="length"/> bytes back.</summary>
    public void RemoveLast(int length) => Count -= length;

    /// <summary>Empties it; the bytes are wiped when <paramref name="wipe"/>.</summary>
    public void Clear(bool wipe = false)
    {
        if (wipe)
        {
            bytes.AsSpan(0, Count).Clear();
        }

        Count = 0;
    }
}
