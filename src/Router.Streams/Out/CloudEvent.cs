using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Headers of a record in CloudEvents' binary mode (CloudEvents 1.0.2, Kafka protocol binding §3.2).</summary>
internal static class CloudEvent
{
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
        new Header("ce_time", Encoding.ASCII.GetBytes(DateTimeOffset.FromUnixTimeMilliseconds(atMs).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
        new Header("ce_tenant", tenant),
        new Header("content-type", Json),
    ];
}
