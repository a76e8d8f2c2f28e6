using System.Text;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

public sealed class DeliveryReceiptTests
{
    private const string Usual = "id:0A1B sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:DELIVRD err:000 text:hello";

    [Theory]
    [InlineData(Usual, "0A1B", nameof(MessageState.Delivered))]
    [InlineData("ID:77 STAT:UNDELIV ERR:001", "77", nameof(MessageState.Undeliverable))]
    [InlineData("stat:expired id:77", "77", nameof(MessageState.Expired))]
    [InlineData("id: 77 stat: REJECTD err:1", "77", nameof(MessageState.Rejected))]
    [InlineData("  id:77\r\nstat:DELETED\ttext:", "77", nameof(MessageState.Deleted))]
    [InlineData("id:77 sub:001 stat:DELIVERED text:stat:UNDELIV", "77", nameof(MessageState.Delivered))]
    [InlineData("id:a-b_c stat:UNKNOWN", "a-b_c", nameof(MessageState.Unknown))]
    [InlineData("id:1 id:2 stat:DELIVRD stat:EXPIRED", "1", nameof(MessageState.Delivered))]
    public void The_text_s_fields_are_found_in_any_order_and_case(string text, string id, string state)
    {
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt, text, [], out string found, out MessageState told));
        Assert.Equal((id, state), (found, told.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text:id:5 stat:DELIVRD")]
    [InlineData("stat:DELIVRD")]
    [InlineData("id:5")]
    [InlineData("id:5 stat:WHATEVER")]
    [InlineData(":: : :id:5 :stat:DELIVRD")]
    public void A_receipt_without_id_or_state_is_unreadable(string text) =>
        Assert.Equal(DeliveryKind.Unreadable, Read(ShortMessage.EsmReceipt, text, [], out _, out _));

    [Theory]
    [InlineData("id:5 stat:ENROUTE")]
    [InlineData("id:5 stat:ACCEPTD")]
    public void States_that_are_not_final_are_intermediate(string text) =>
        Assert.Equal(DeliveryKind.Intermediate, Read(ShortMessage.EsmReceipt, text, [], out _, out _));

    [Fact]
    public void Tlvs_go_before_the_text()
    {
        byte[] tlvs = [0, 0x1E, 0, 4, .. "42a\0"u8, 4, 0x27, 0, 1, 5, 4, 0x23, 0, 3, 3, 0, 1];
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt, Usual, tlvs, out string id, out MessageState state));
        Assert.Equal(("42a", MessageState.Undeliverable), (id, state));
    }

    [Fact]
    public void One_tlv_completes_the_text()
    {
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt, Usual, [4, 0x27, 0, 1, 5], out string id, out MessageState state));
        Assert.Equal(("0A1B", MessageState.Undeliverable), (id, state));
    }

    [Fact]
    public void The_text_may_stand_in_message_payload()
    {
        byte[] text = Encoding.ASCII.GetBytes(Usual);
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt, "", [4, 0x24, 0, (byte)text.Length, .. text], out string id, out _));
        Assert.Equal("0A1B", id);
    }

    [Fact]
    public void Both_tlvs_make_a_receipt_where_esm_class_says_nothing_but_an_id_alone_does_not()
    {
        Assert.Equal(DeliveryKind.Receipt, Read(0, "", [0, 0x1E, 0, 2, (byte)'7', 0, 4, 0x27, 0, 1, 2], out _, out _));
        Assert.Equal(DeliveryKind.Inbound, Read(0, "", [0, 0x1E, 0, 2, (byte)'7', 0], out _, out _));
        Assert.Equal(DeliveryKind.Inbound, Read(0, Usual, [], out _, out _));
    }

    [Fact]
    public void A_tlv_longer_than_what_is_there_ends_the_tlvs_and_nothing_else() =>
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt, Usual, [0, 0x1E, 0xFF, 0xFF, 1], out _, out _));

    [Fact]
    public void A_user_data_header_before_the_text_is_passed_over() =>
        Assert.Equal(DeliveryKind.Receipt, Read(ShortMessage.EsmReceipt | 0x40, "\u0002\u0001\u0001" + Usual, [], out _, out _));

    private static DeliveryKind Read(byte esmClass, string text, byte[] tlvs, out string id, out MessageState state)
    {
        var message = new ShortMessage { EsmClass = esmClass, Text = Encoding.Latin1.GetBytes(text), Tlvs = tlvs };
        DeliveryKind kind = DeliveryReceipt.Read(message, out ReadOnlySpan<byte> bytes, out state);
        id = Encoding.Latin1.GetString(bytes);
        return kind;
    }
}
