using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Router.LoadTest.Load;

namespace Router.LoadTest.Kafka;

/// <summary>Records of <c>router.outbound.*</c>: the messages that the other scenarios send over HTTP, each with a key of its own. One caller at a time.</summary>
internal sealed class RecordBody(int seed, int flow = 0)
{
    private static readonly byte[] source = "/load"u8.ToArray();
    private static readonly byte[] type = "message"u8.ToArray();
    private static readonly byte[] version = "1.0"u8.ToArray();
    private readonly Contacts contacts = new(0, (ulong)seed);
    private readonly RouterRequests bodies = new(["none"], lines: true, new Contacts(0, (ulong)seed), flow: flow);
    private readonly byte[] buffer = new byte[1_024];

    internal Message<byte[], byte[]> Make(long number, long intended)
    {
        int length = bodies.Write(buffer, new Ticket(number, intended, intended), 0) - 1; // without the line's end
        return new Message<byte[], byte[]>
        {
            Key = Encoding.ASCII.GetBytes($"sms:+39{contacts.Of(number)}"),
            Value = buffer[..length],
            Headers =
            [
                new Header("ce_specversion", version),
                new Header("ce_id", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}-{number}"))),
                new Header("ce_source", source),
                new Header("ce_type", type),
            ],
        };
    }
}
