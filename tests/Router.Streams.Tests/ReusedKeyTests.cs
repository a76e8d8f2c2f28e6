using System.Text;
using Confluent.Kafka;
using Router.Engine.Inbound;
using Router.Streams.In;

namespace Router.Streams.Tests;

/// <summary>A record whose key was used with another body is a dead letter that still knows its key: without it, a replay sent what idempotency had refused.</summary>
public sealed class ReusedKeyTests
{
    private const string Shared = "router.outbound";

    [Theory]
    [InlineData("order-1", false)]
    [InlineData("order-1", true)]
    [InlineData(null, false)]
    public async Task Its_letter_keeps_its_headers_and_a_replay_does_not_send_it(string? id, bool isElsewhere)
    {
        id ??= new string('x', 600); // longer than a letter keeps
        using var reader = new ScriptedReader(Shared);
        reader.Client.Give(Shared, 0, Body("first"), HeadersOf(id));
        reader.Client.Give(Shared, 1, Body("second"), HeadersOf(id));
        reader.Turn();
        var slice = (Slice)Assert.Single(await reader.Queue.GetQueueMessagesAsync(0, TestContext.Current.CancellationToken));
        await (isElsewhere ? new SliceArrivals(reader.Desk, reader.Meter).KeepAsync(SliceItem.Of(slice, SiloAddress.Zero), reader.Keeper) : slice.KeepAsync(reader.Keeper));

        DeadRecord letter = Assert.Single(reader.Letters);
        Assert.Equal((DeadRecords.KeyReused, 1), (letter.Reason, letter.Offset));
        Assert.Equal("acme", letter.Headers["ce_tenant"]);
        Assert.Equal(id.Length < 600 ? id : null, letter.Headers.GetValueOrDefault("ce_id"));
        Assert.False(letter.Headers.ContainsKey("other"));
        Assert.Equal("acme", Encoding.UTF8.GetString(Assert.Single(reader.Copies).Headers.GetLastBytes("ce_tenant")));
        Assert.False(await reader.ReplayAsync(letter));
        Assert.Equal(1, reader.Accepted);
    }

    private static Headers HeadersOf(string id) =>
        [new Header("ce_tenant", "acme"u8.ToArray()), new Header("ce_source", "/shop"u8.ToArray()), new Header("other", "1"u8.ToArray()), new Header("ce_id", Encoding.ASCII.GetBytes(id))];

    private static byte[] Body(string text) => Encoding.UTF8.GetBytes($$"""{"to":"sms:+393331234567","purpose":"service","content":{"type":"text","text":"{{text}}"} }""");
}
