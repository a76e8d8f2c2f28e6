using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Core.Tests.Addresses;

public sealed class AddressTests
{
    private static readonly string Label63 = new('a', 63);
    private static readonly string Local64 = new('l', 64);

    private static (AddressReason Reason, Channel Channel, string Value) Parse(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        AddressReason reason = Address.Parse(utf8, new byte[Math.Min(utf8.Length, Address.ValueBytesMax)], out Address address);
        return (reason, address.Channel, Encoding.UTF8.GetString(address.Value));
    }

    [Theory]
    [InlineData("sms:+393331234567", Channel.Sms, "+393331234567")]
    [InlineData("voice:+1234567", Channel.Voice, "+1234567")]
    [InlineData("whatsapp:+123456789012345", Channel.WhatsApp, "+123456789012345")]
    [InlineData("email:Ada.Lovelace@EXAMPLE.Com", Channel.Email, "Ada.Lovelace@example.com")]
    [InlineData("email:a@b", Channel.Email, "a@b")]
    [InlineData("email:!#$%&'*+-/=?^_`{|}~@x-1.example", Channel.Email, "!#$%&'*+-/=?^_`{|}~@x-1.example")]
    [InlineData("email:ada@xn--bcher-kva.example", Channel.Email, "ada@xn--bcher-kva.example")]
    [InlineData("email:ada@1.example", Channel.Email, "ada@1.example")]
    [InlineData("telegram:123456789", Channel.Telegram, "123456789")]
    [InlineData("viber:01234567890A=", Channel.Viber, "01234567890A=")]
    [InlineData("line:U4af4980629", Channel.Line, "U4af4980629")]
    [InlineData("webchat:a:b/c", Channel.WebChat, "a:b/c")]
    [InlineData("x:7", Channel.X, "7")]
    public void Parse_gives_channel_and_canonical_value(string text, Channel channel, string value) =>
        Assert.Equal((AddressReason.None, channel, value), Parse(text));

    [Theory]
    [InlineData("email:\"ada\"@example.com", "ada@example.com")]
    [InlineData("email:\"ada.l\"@example.com", "ada.l@example.com")]
    [InlineData("email:\"a\\d\\a\"@example.com", "ada@example.com")]
    [InlineData("email:\"a b\"@Example.com", "\"a b\"@example.com")]
    [InlineData("email:\"a@b\"@example.com", "\"a@b\"@example.com")]
    [InlineData("email:\"a..b\"@example.com", "\"a..b\"@example.com")]
    [InlineData("email:\"a\\\"b\\\\c\\!\"@example.com", "\"a\\\"b\\\\c!\"@example.com")]
    [InlineData("email:\"\"@example.com", "\"\"@example.com")]
    public void A_quoted_local_part_keeps_no_more_quoting_than_it_needs(string text, string value) =>
        Assert.Equal((AddressReason.None, Channel.Email, value), Parse(text));

    [Theory]
    [InlineData("", AddressReason.ChannelMissing)]
    [InlineData("+393331234567", AddressReason.ChannelMissing)]
    [InlineData(":+393331234567", AddressReason.ChannelUnknown)]
    [InlineData("SMS:+393331234567", AddressReason.ChannelUnknown)]
    [InlineData("fax:+393331234567", AddressReason.ChannelUnknown)]
    [InlineData(" sms:+393331234567", AddressReason.ChannelUnknown)]
    [InlineData("sms:", AddressReason.ValueMissing)]
    [InlineData("email:", AddressReason.ValueMissing)]
    [InlineData("sms:393331234567", AddressReason.PlusMissing)]
    [InlineData("sms:00393331234567", AddressReason.PlusMissing)]
    [InlineData("sms: +393331234567", AddressReason.PlusMissing)]
    [InlineData("sms:+39 333 1234567", AddressReason.NotADigit)]
    [InlineData("sms:+39-333-1234567", AddressReason.NotADigit)]
    [InlineData("sms:+39(333)1234567", AddressReason.NotADigit)]
    [InlineData("sms:+39333123456x", AddressReason.NotADigit)]
    [InlineData("sms:+3933312345\u0666\u0667", AddressReason.NotADigit)]
    [InlineData("sms:++393331234567", AddressReason.NotADigit)]
    [InlineData("sms:+0393331234567", AddressReason.LeadingZero)]
    [InlineData("sms:+003933312345678", AddressReason.LeadingZero)]
    [InlineData("sms:+", AddressReason.TooFewDigits)]
    [InlineData("sms:+123456", AddressReason.TooFewDigits)]
    [InlineData("sms:+1234567890123456", AddressReason.TooManyDigits)]
    [InlineData("email:ada", AddressReason.AtMissing)]
    [InlineData("email:\"ada\"", AddressReason.AtMissing)]
    [InlineData("email:\"ada\".l@example.com", AddressReason.AtMissing)]
    [InlineData("email:@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:.ada@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:ada.@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:a..b@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:a b@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:<ada@example.com>", AddressReason.DomainMalformed)]
    [InlineData("email:\"ada@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:\"a\u0001b\"@example.com", AddressReason.LocalPartMalformed)]
    [InlineData("email:\"a\\", AddressReason.LocalPartMalformed)]
    [InlineData("email:ada@", AddressReason.DomainMalformed)]
    [InlineData("email:ada@@example.com", AddressReason.DomainMalformed)]
    [InlineData("email:ada@example..com", AddressReason.DomainMalformed)]
    [InlineData("email:ada@.example.com", AddressReason.DomainMalformed)]
    [InlineData("email:ada@example.com.", AddressReason.DomainMalformed)]
    [InlineData("email:ada@-x.example", AddressReason.DomainMalformed)]
    [InlineData("email:ada@x-.example", AddressReason.DomainMalformed)]
    [InlineData("email:ada@a_b.example", AddressReason.DomainMalformed)]
    [InlineData("email:ada@example.123", AddressReason.DomainMalformed)]
    [InlineData("email:ada@[192.0.2.1]", AddressReason.DomainIsIp)]
    [InlineData("email:ada@[IPv6:2001:db8::1]", AddressReason.DomainIsIp)]
    [InlineData("email:ada@192.0.2.1", AddressReason.DomainIsIp)]
    [InlineData("email:adä@example.com", AddressReason.MailboxNotAscii)]
    [InlineData("email:ada@bücher.example", AddressReason.MailboxNotAscii)]
    [InlineData("telegram:12 34", AddressReason.IdNotPrintable)]
    [InlineData("telegram:12\u007f", AddressReason.IdNotPrintable)]
    [InlineData("telegram:12\u0000", AddressReason.IdNotPrintable)]
    [InlineData("telegram:ä", AddressReason.IdNotPrintable)]
    public void Parse_refuses_with_the_reason(string text, AddressReason reason) =>
        Assert.Equal((reason, Channel.None, ""), Parse(text));

    [Fact]
    public void Lengths_are_held_at_their_edges()
    {
        Assert.Equal(AddressReason.None, Parse($"email:{Local64}@x.example").Reason);
        Assert.Equal(AddressReason.LocalPartTooLong, Parse($"email:{Local64}l@x.example").Reason);
        Assert.Equal(AddressReason.None, Parse($"email:a@{Label63}.example").Reason);
        Assert.Equal(AddressReason.DomainMalformed, Parse($"email:a@{Label63}a.example").Reason);

        string domain = $"{Label63}.{Label63}.{Label63[..61]}"; // 189
        Assert.Equal(AddressReason.None, Parse($"email:{Local64}@{domain}").Reason); // 64 + 1 + 189 = 254
        Assert.Equal(AddressReason.MailboxTooLong, Parse($"email:{Local64}@{domain}a").Reason);

        Assert.Equal(AddressReason.None, Parse("viber:" + new string('v', 128)).Reason);
        Assert.Equal(AddressReason.IdTooLong, Parse("viber:" + new string('v', 129)).Reason);
        Assert.Equal(AddressReason.MailboxTooLong, Parse("email:" + new string('v', 100_000)).Reason);
    }

    [Fact]
    public void A_quoted_local_part_of_64_octets_that_needs_every_quote_fits()
    {
        string local = "\"" + string.Concat(Enumerable.Repeat("\\\\", 31)) + "\"";
        Assert.Equal((AddressReason.None, Channel.Email, local + "@x.example"), Parse($"email:{local}@X.example"));
    }

    [Fact]
    public void Every_channel_has_a_word_that_parses()
    {
        foreach (Channel channel in Enum.GetValues<Channel>().Where(static c => c != Channel.None))
        {
            string value = Address.IsNumber(channel) ? "+393331234567" : channel == Channel.Email ? "a@b.example" : "id-1";
            Assert.Equal((AddressReason.None, channel, value), Parse($"{WireNames.Of(channel)}:{value}"));
            Assert.True(WireNames.Of(channel).Length + 1 + Address.ValueBytesMax <= Address.BytesMax);
        }
    }

    [Fact]
    public void Every_reason_names_what_is_wrong_and_the_channels_it_lists_exist()
    {
        foreach (AddressReason reason in Enum.GetValues<AddressReason>().Where(static r => r != AddressReason.None))
        {
            Assert.NotEmpty(AddressReasons.Detail(reason));
        }

        string listed = AddressReasons.Detail(AddressReason.ChannelUnknown);
        Assert.All(Enum.GetValues<Channel>().Where(static c => c != Channel.None), c => Assert.Contains(" " + WireNames.Of(c) + ",", listed, StringComparison.Ordinal));
        Assert.Equal("", AddressReasons.Detail(AddressReason.None));
    }
}
