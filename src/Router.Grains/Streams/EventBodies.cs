using Router.Engine.Journal;

namespace Router.Grains.Streams;

/// <summary>Bodies of events, one behind the other; used again and again. Single owner.</summary>
public sealed class EventBodies
{
    private readonly StructList<EventBody> items = new(256);
    private byte[] bytes = new byte[64 * 1024];
    private int length;

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<EventBody> Items => items.Span;

    /// <summary>The JSON of one.</summary>
    public ReadOnlySpan<byte> JsonOf(in EventBody body) => bytes.AsSpan(body.Start, body.Length);

    /// <summary>Room for a body of at most <paramref name="bytesMax"/> bytes; <see cref="Add"/> says how many it has.</summary>
    public Span<byte> Room(int bytesMax)
    {
        if (bytes.Length - length < bytesMax)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + bytesMax));
        }

        return bytes.AsSpan(length, bytesMax);
    }

    /// <summary>Adds what was written into <see cref="Room"/>.</summary>
    public void Add(ulong idHead, ulong idTail, string type, int written)
    {
        items.Add(new EventBody(idHead, idTail, type, length, written));
        length += written;
    }

    /// <summary>Empties it; what it held is wiped.</summary>
    public void Clear()
    {
        bytes.AsSpan(0, length).Clear();
        length = 0;
        items.Clear();
    }
}
