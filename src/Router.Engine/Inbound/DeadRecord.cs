using System.Text;
using System.Text.Json;
using Router.Core.Messages;

namespace Router.Engine.Inbound;

/// <summary>A record of a channel stream that cannot be handled: kept for the operator as a dead letter of nobody's (tenant 0), with its value, and looked at again when he asks.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Reason">Why: a code, no text.</param>
/// <param name="Value">The value; of one that is longer than a record may be, its beginning.</param>
public sealed record DeadRecord(string Topic, int Partition, long Offset, string Reason, ReadOnlyMemory<byte> Value)
{
    /// <summary>Bytes of a value kept at most.</summary>
    public const int ValueBytesMax = ushort.MaxValue;

    /// <summary>The headers that say whose it is and which: kept, so that it can be tried again as what it was.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it was read, as one word: the same record is the same dead letter, however often it is read.</summary>
    public string Place => $"{Topic}/{Partition}/{Offset}";

    /// <summary>What is known of it beside its value, a JSON object: kept sealed with it.</summary>
    public byte[] Describe() => JsonSerializer.SerializeToUtf8Bytes(new Described(Topic, Partition, Offset, Reason, Headers, !IsText()), DescribedJson.Default.Described);

    /// <summary>The value as a text: as it is where it is UTF-8, else as base64.</summary>
    public byte[] ValueAsText() => IsText() ? Value.ToArray() : Encoding.ASCII.GetBytes(Convert.ToBase64String(Value.Span[..Math.Min(Value.Length, ValueBytesMax / 4 * 3)]));

    /// <summary>Reads back what was kept; null: the letter is no record's.</summary>
    public static DeadRecord? Read(MessageRecord kept)
    {
        if (kept.Channel != Channel.None || JsonSerializer.Deserialize(kept.Metadata, DescribedJson.Default.Described) is not { } told)
        {
            return null;
        }

        byte[] value = told.Base64 ? Convert.FromBase64String(Encoding.ASCII.GetString(kept.Text)) : kept.Text.ToArray();
        return new DeadRecord(told.Topic, told.Partition, told.Offset, told.Reason, value) { Headers = told.Headers };
    }

    /// <summary>No content in a log.</summary>
    public override string ToString() => $"{Place}: {Reason}";

    private bool IsText() => System.Text.Unicode.Utf8.IsValid(Value.Span);

    internal sealed record Described(string Topic, int Partition, long Offset, string Reason, IReadOnlyDictionary<string, string> Headers, bool Base64);
}
