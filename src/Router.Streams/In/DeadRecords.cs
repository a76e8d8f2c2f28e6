using System.Text;
using Confluent.Kafka;
using Router.Engine.Inbound;

namespace Router.Streams.In;

/// <summary>Makes dead letters of records.</summary>
internal static class DeadRecords
{
    // Of each header and in all: more than CloudEvents need, and no more than a dead letter has room for.
    private const int HeaderBytesMax = 512;
    private const int HeadersMax = 16;

    /// <summary>Makes one.</summary>
    public static DeadRecord Of(ReadPartition partition, long offset, string reason, ReadOnlySpan<byte> value, Headers? headers = null) =>
        new(partition.At.Topic, partition.At.Partition.Value, offset, reason, value[..Math.Min(value.Length, DeadRecord.ValueBytesMax)].ToArray()) { Headers = Kept(headers) };

    private static Dictionary<string, string> Kept(Headers? headers)
    {
        var kept = new Dictionary<string, string>();
        foreach (IHeader header in headers?.BackingList ?? [])
        {
            byte[] bytes = header.GetValueBytes() ?? [];
            if (kept.Count < HeadersMax && header.Key.Length <= HeaderBytesMax && bytes.Length <= HeaderBytesMax && header.Key.StartsWith("ce_", StringComparison.Ordinal))
            {
                kept[header.Key] = Encoding.UTF8.GetString(bytes);
            }
        }

        return kept;
    }
}
