using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

/// <summary>The record: what is written is read, and what an earlier version wrote is read, too.</summary>
public sealed class MessageRecordTests
{
    [Theory]
    [InlineData("")]
    [InlineData("""{"type":"media","url":"https://a","mediaType":"a/b"}""")]
    public void What_is_written_is_read_with_a_sender_and_without(string content)
    {
        byte[] bytes = new byte[1024];
        ReadOnlySpan<byte> raw = Encoding.UTF8.GetBytes(content);
        int length = MessageRecord.Write(Channel.Line, ContentType.Media, "U1"u8, "text"u8, "ref"u8, "{}"u8, bytes, raw);
        Assert.Equal(MessageRecord.SizeWithoutFrom(2, 4, 3, 2, raw.Length), length);
        Assert.True(MessageRecord.Read(bytes.AsSpan(0, length)).From.IsEmpty);
        length += MessageRecord.AppendFrom("me"u8, bytes.AsSpan(length));

        MessageRecord record = MessageRecord.Read(bytes.AsSpan(0, length));

        Assert.Equal((Channel.Line, ContentType.Media), (record.Channel, record.ContentType));
        Assert.Equal(["U1", "text", "ref", "{}", content, "me"], [Text(record.To), Text(record.Text), Text(record.Reference), Text(record.Metadata), Text(record.Content), Text(record.From)]);
    }

    [Fact]
    public void A_record_of_the_first_version_is_read()
    {
        byte[] old = [1, 1, 1, 0, 2, 0, (byte)'t', (byte)'o', 1, 0, (byte)'x', 0, 0, 0, 0, 1, 0, (byte)'f'];
        MessageRecord record = MessageRecord.Read(old);
        Assert.Equal(("to", "x", "", "f"), (Text(record.To), Text(record.Text), Text(record.Content), Text(record.From)));
    }

    [Fact]
    public void A_plain_text_is_written_as_the_first_version_writes_it()
    {
        byte[] bytes = new byte[64];
        int length = MessageRecord.Write(Channel.Sms, ContentType.Text, "to"u8, "x"u8, default, default, bytes);
        Assert.Equal([1, 1, 1, 0, 2, 0, (byte)'t', (byte)'o', 1, 0, (byte)'x', 0, 0, 0, 0], bytes.AsSpan(0, length).ToArray());
    }

    [Fact]
    public void Of_an_unknown_version_is_no_record() => Assert.Throws<FormatException>(static () => MessageRecord.Read([3, 1, 1, 0]).ContentType);

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
