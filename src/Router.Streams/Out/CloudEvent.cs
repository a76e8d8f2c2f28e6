using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Headers of a record in CloudEvents' binary mode (CloudEvents 1.0.2, Kafka protocol binding §3.2).</summary>
internal static class CloudEvent
{
    /// <summary>Bytes of a time.</summary>
    public const int TimeLength = 24;

    private static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    private static readonly byte[] Source = "/router"u8.ToArray();
    private static readonly byte[] Json = "application/json"u8.ToArray();

    /// <summary>Makes them.</summary>
    public static Headers Of(string id, byte[] type, long atMs, byte[] tenant) =>
    [
        new Header("ce_specversion", SpecVersion),
        new Header("ce_id", Encoding.ASCII.GetBytes(id)),
        new Header("ce_source", Source),
        new Header("ce_type", type),
        new Header("ce_time", TimeOf(atMs)),
        new Header("ce_tenant", tenant),
        new Header("content-type", Json),
    ];

    /// <summary>Writes a time: RFC 3339, UTC, milliseconds.</summary>
    public static void WriteTime(long unixMs, Span<byte> to)
    {
        Span<byte> text = stackalloc byte[32];
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[..(TimeLength - 1)].CopyTo(to); // of the seven digits, three
        to[TimeLength - 1] = (byte)'Z';
    }

    private static byte[] TimeOf(long unixMs)
    {
        byte[] time = new byte[TimeLength];
        WriteTime(unixMs, time);
        return time;
    }
}
