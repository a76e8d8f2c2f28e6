using System.Text;
using Confluent.Kafka;
using Router.Engine.Inbound;
using Router.Streams.In;

namespace Router.Streams.Tests;

/// <summary>A dead letter has room for whatever headers a record has: one that had not took its shard down, again and again.</summary>
public sealed class DeadRecordsTests
{
    [Theory]
    [InlineData("ce_\u0001")]
    [InlineData("ce_\u00e9")]
    [InlineData("ce_a")]
    public void However_many_and_long_its_headers_a_record_has_room_in_a_dead_letter(string name)
    {
        Headers headers = [new Header("ce_tenant", "acme"u8.ToArray())];
        for (int i = 0; i < 20; i++)
        {
            headers.Add(name + new string(name[^1], 500 - name.Length) + i, [.. Enumerable.Repeat((byte)1, 512)]);
        }

        DeadRecord record = DeadRecords.Of(new TopicPartition("router.outbound.acme", 0), 7, "malformed_json", "{"u8, headers);

        Assert.InRange(record.Describe().Length, 1, ushort.MaxValue / 2);
        Assert.Equal("acme", record.Headers["ce_tenant"]);
        Assert.All(record.Headers.Skip(1), static h => Assert.Equal(512, Encoding.UTF8.GetByteCount(h.Value)));
    }
}
