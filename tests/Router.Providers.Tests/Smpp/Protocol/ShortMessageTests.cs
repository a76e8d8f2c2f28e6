using System.Text;
using Router.Core.Segments;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

public sealed class ShortMessageTests
{
    [Fact]
    public void A_submit_has_the_bytes_of_the_standard_s_table()
    {
        byte[] buffer = new byte[ShortMessage.SizeMax];
        var segments = new SmsSegmenter("A@_"u8);
        Assert.True(segments.MoveNext());
        var message = new ShortMessage
        {
            Source = SmppAddress.Of("+391110000"u8),
            Destination = SmppAddress.Of("+393331234567"u8),
            RegisteredDelivery = ShortMessage.FinalReceipt,
            ValidityPeriod = "000001000000000R"u8,
        };
        int length = message.WriteSubmit(0x01020304, segments, 0, bySar: false, buffer);
        byte[] expected =
        [
            0, 0, 0, (byte)length, 0, 0, 0, 4, 0, 0, 0, 0, 1, 2, 3, 4,
            0,
            1, 1, .. "391110000\0"u8,
            1, 1, .. "393331234567\0"u8,
            0, 0, 0, 0,
            .. "000001000000000R\0"u8,
            1, 0, 0, 0,
            3, 0x41, 0x00, 0x11,
        ];
        Assert.Equal(expected, buffer[..length]);
    }

    [Theory]
    [InlineData("hello", "+15551234567", "+391110000")]
    [InlineData("€uro und Ünicode 😀", "+15551234567", "SENDER")]
    [InlineData("", "+1", "")]
    public void What_is_written_is_read_back(string text, string to, string from)
    {
        byte[] buffer = new byte[ShortMessage.SizeMax];
        var segments = new SmsSegmenter(Encoding.UTF8.GetBytes(text));
        segments.MoveNext();
        var written = new ShortMessage { Source = SmppAddress.Of(Encoding.UTF8.GetBytes(from)), Destination = SmppAddress.Of(Encoding.UTF8.GetBytes(to)), DataCoding = (byte)segments.Encoding, EsmClass = 0x40 };
        int length = written.WriteSubmit(9, segments, 0, bySar: false, buffer);
        Assert.Equal(FrameState.Whole, PduHeader.Read(buffer.AsSpan(0, length), out PduHeader header));
        Assert.Equal(new PduHeader(length, Command.SubmitSm, Status.Ok, 9), header);
        Assert.True(ShortMessage.TryRead(buffer.AsSpan(PduHeader.Size, length - PduHeader.Size), out ShortMessage read));
        Assert.Equal(to.TrimStart('+'), Encoding.UTF8.GetString(read.Destination.Value));
        Assert.Equal(written.Source.Ton, read.Source.Ton);
        Assert.Equal(written.DataCoding, read.DataCoding);
        Assert.Equal(0x40, read.EsmClass);
        byte[] userData = new byte[SmsText.SegmentBytesMax];
        Assert.Equal(userData.AsSpan(0, segments.Write(0, userData)).ToArray(), read.Text.ToArray());
    }

    [Theory]
    [InlineData(false, 9)]
    [InlineData(true, 0)]
    public void The_largest_submit_fits_its_bound(bool bySar, int less)
    {
        byte[] buffer = new byte[ShortMessage.SizeMax];
        var segments = new SmsSegmenter(Encoding.UTF8.GetBytes(new string('x', 400)));
        segments.MoveNext();
        var message = new ShortMessage { Source = new SmppAddress(5, 0, new byte[20].AsSpan()), Destination = new SmppAddress(1, 1, "12345678901234567890"u8), ValidityPeriod = "000001000000000R"u8 };
        Assert.InRange(message.WriteSubmit(1, segments, 0, bySar, buffer), ShortMessage.SizeMax - less - 1, ShortMessage.SizeMax - less);
    }

    [Fact]
    public void A_body_cut_anywhere_before_its_text_ends_is_refused()
    {
        byte[] buffer = new byte[256];
        var message = new ShortMessage { Source = SmppAddress.Of("+1"u8), Destination = SmppAddress.Of("+2"u8), Text = "id:1 stat:DELIVRD"u8 };
        int length = message.Write(Command.DeliverSm, 1, buffer);
        for (int cut = PduHeader.Size; cut < length; cut++)
        {
            Assert.False(ShortMessage.TryRead(buffer.AsSpan(PduHeader.Size, cut - PduHeader.Size), out _));
        }

        Assert.True(ShortMessage.TryRead(buffer.AsSpan(PduHeader.Size, length - PduHeader.Size), out _));
    }

    [Theory]
    [InlineData("+393331234567", 1, 1, "393331234567")]
    [InlineData("4499", 3, 0, "4499")]
    [InlineData("12345678", 3, 0, "12345678")]
    [InlineData("393331234567", 0, 1, "393331234567")]
    [InlineData("Router", 5, 0, "Router")]
    [InlineData("+", 5, 0, "+")]
    [InlineData("", 0, 0, "")]
    public void Type_of_number_and_plan_follow_the_form(string text, byte ton, byte npi, string value)
    {
        SmppAddress address = SmppAddress.Of(Encoding.UTF8.GetBytes(text));
        Assert.Equal((ton, npi, value), (address.Ton, address.Npi, Encoding.UTF8.GetString(address.Value)));
    }
}
