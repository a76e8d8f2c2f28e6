using Confluent.Kafka;

namespace Router.Streams.In;

/// <summary>Takes over the value of the record just read: its bytes belong to the client, and are gone with the call. Its own memory is used again for each record. The reader's thread.</summary>
internal sealed class ValueBuffer : IDeserializer<int>
{
    private byte[] bytes = new byte[64 * 1024];
    private int length;

    /// <summary>The value of the newest record.</summary>
    public ReadOnlySpan<byte> Value => bytes.AsSpan(0, length);

    /// <inheritdoc/>
    public int Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (bytes.Length < data.Length)
        {
            bytes = new byte[data.Length];
        }

        data.CopyTo(bytes);
        return length = data.Length;
    }
}
