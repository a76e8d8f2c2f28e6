using System.Text;
using Router.Core.Messages;
using Router.Streams.In;
using Router.Streams.Topics;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>A record of a gateway is taken or a dead letter: one that was found right and could not be told held up its partition for ever.</summary>
public sealed class GatewayRecordsTests
{
    private const string Inbound = "router.channel.inbound";
    private const string Receipts = "router.channel.receipts";
    private const string Message = """{"provider":"carrier","from":"sms:+393330000007","to":"+390001","content":{"type":"text","text":"hi"},"providerMessageId":"in-1"}""";
    private const string Receipt = """{"provider":"carrier","providerMessageId":"x","status":"delivered"}""";

    [Theory]
    [InlineData(Inbound, """{"provider":"carrier","from":"sms:+393330000007","to":"+390001","content":{"type":"text","text":"hi \ud83d"}}""")] // cut within an emoji
    [InlineData(Inbound, """{"provider":"carrier","from":"sms:+393330000007","to":"+390001","content":{"type":"text","text":"hi"},"providerMessageId":"\udc00"}""")]
    [InlineData(Inbound, "{\"provider\":\"carrier\",\"from\":\"sms:+393330000007\",\"to\":\"+390001\",\"content\":{\"type\":\"text\",\"text\":\"\u00ff\"}}")] // no UTF-8
    [InlineData(Inbound, Message + Message)]
    [InlineData(Inbound, Message + "x")]
    [InlineData(Inbound, Message + "\0")]
    [InlineData(Receipts, Receipt + Receipt)]
    [InlineData(Receipts, Receipt + "\0")]
    [InlineData(Receipts, """{"provider":"carrier","providerMessageId":"\ud83d","status":"delivered"}""")]
    public void What_cannot_be_told_is_a_dead_letter(string topic, string value)
    {
        using var reader = new ScriptedReader(topic);
        reader.Client.Give(topic, 7, Encoding.Latin1.GetBytes(value));
        reader.Turn();
        Assert.Equal("malformed_json", Assert.Single(reader.Letters).Reason);
    }

    [Fact]
    public void A_fault_that_no_waiting_mends_is_a_dead_letter()
    {
        using var reader = new ScriptedReader(Inbound);
        reader.Client.Give(Inbound, 7, Encoding.UTF8.GetBytes(Message));
        reader.Turn();
        Assert.Equal("unreadable", Assert.Single(reader.Letters).Reason);
    }

    [Fact]
    public void What_is_right_is_told_whole()
    {
        using var reader = new ScriptedReader();
        var records = new GatewayRecords(reader.Administration, new PlainKeyedHash(), null!);
        GatewayTold? message = records.Read(TopicKind.Inbound, Encoding.UTF8.GetBytes(Message + " \r\n"), out _);
        Assert.Equal(
            (1, Channel.Sms, "+393330000007", "+390001", "hi", "in-1"), (message!.Provider, message.Channel, Text(message.From), Text(message.To), Text(message.Text), Text(message.ProviderMessageId)));
        GatewayTold? receipt = records.Read(TopicKind.Receipts, Encoding.UTF8.GetBytes(Receipt), out _);
        Assert.Equal((1, MessageStatus.Delivered, "x"), (receipt!.Provider, receipt.Status, Text(receipt.ProviderMessageId)));
    }

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
