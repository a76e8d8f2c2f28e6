using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Router.Engine.Inbound;

namespace Router.Streams.In;

/// <summary>Makes dead letters of records.</summary>
internal static class DeadRecords
{
    // Of each header and in all: more than CloudEvents need, and no more than a dead letter has room for. All are counted as they are kept: JSON makes six bytes of one.
    private const int HeaderBytesMax = 512;
    private const int HeadersMax = 16;
    internal const int KeptBytesMax = 16 * 1024;

    /// <summary>The reason of a record whose key was used with another body.</summary>
    public const string KeyReused = "idempotency_key_reused";

    /// <summary>Makes one.</summary>
    public static DeadRecord Of(TopicPartition at, long offset, string reason, ReadOnlySpan<byte> value, Headers? headers = null) =>
        new(at.Topic, at.Partition.Value, offset, reason, value[..Math.Min(value.Length, DeadRecord.ValueBytesMax)].ToArray()) { Headers = Kept(headers) };

    /// <summary>The headers that a letter kept, as the client has them.</summary>
    public static Headers HeadersOf(DeadRecord record)
    {
        Headers headers = [];
        foreach ((string name, string value) in record.Headers)
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        return headers;
    }

    /// <summary>Whether a letter keeps it, if there is room.</summary>
    public static bool Keeps(IHeader header) =>
        header.Key.Length <= HeaderBytesMax && header.GetValueBytes() is { Length: <= HeaderBytesMax } && header.Key.StartsWith("ce_", StringComparison.Ordinal);

    private static Dictionary<string, string> Kept(Headers? headers)
    {
        var kept = new Dictionary<string, string>();
        int room = KeptBytesMax;
        foreach (IHeader header in headers?.BackingList ?? [])
        {
            if (kept.Count < HeadersMax && Keeps(header))
            {
                string text = Encoding.UTF8.GetString(header.GetValueBytes());
                room -= JsonEncodedText.Encode(header.Key).EncodedUtf8Bytes.Length + JsonEncodedText.Encode(text).EncodedUtf8Bytes.Length;
                if (room < 0)
                {
                    break;
                }

                kept[header.Key] = text;
            }
        }

        return kept;
    }
}
