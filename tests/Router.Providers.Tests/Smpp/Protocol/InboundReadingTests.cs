using System.Text;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

/// <summary>Addresses, alphabets and headers of what carriers deliver, byte by byte.</summary>
public sealed class InboundReadingTests
{
    [Theory]
    [InlineData(1, "393331234567", "", "+393331234567")]
    [InlineData(1, "+393331234567", "", "+393331234567")]
    [InlineData(1, "00393331234567", "", "+393331234567")]
    [InlineData(1, "2901234", "", "+2901234")] // seven digits: an island's
    [InlineData(1, "4499", "", "4499")] // a short code that the carrier calls international
    [InlineData(0, "+393331234567", "", "+393331234567")]
    [InlineData(0, "393331234567", "", "+393331234567")]
    [InlineData(0, "00393331234567", "", "+393331234567")]
    [InlineData(0, "12345678", "", "12345678")]
    [InlineData(3, "4499", "", "4499")]
    [InlineData(6, "4499", "39", "4499")]
    [InlineData(2, "3331234567", "", "3331234567")] // national, and nobody said of which country
    [InlineData(2, "13812345678", "", "13812345678")] // as long as one with its country's code
    [InlineData(2, "3331234567", "39", "+393331234567")]
    [InlineData(2, "07700900123", "44", "+447700900123")]
    [InlineData(0, "07700900123", "44", "+447700900123")]
    [InlineData(0, "07700900123", "", "07700900123")]
    [InlineData(0, "447700900123", "44", "+447700900123")]
    [InlineData(0, "3331234567", "39", "+393331234567")]
    [InlineData(5, "Vodafone", "39", "Vodafone")]
    [InlineData(5, "12345", "39", "12345")]
    [InlineData(1, "Vodafone", "39", "Vodafone")]
    [InlineData(1, "", "39", "")]
    [InlineData(1, "+", "39", "+")]
    [InlineData(1, "0", "39", "0")]
    [InlineData(2, "0", "39", "+390")] // no number of anyone's: the engine refuses it
    [InlineData(5, "Caf\u00e8\u0001", "39", "Cafè")]
    public void Addresses_become_E164_where_they_are_numbers(byte ton, string value, string country, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(value);
        byte[] utf8 = new byte[InboundAddress.SizeOf(bytes.Length)];
        int length = InboundAddress.Write(new SmppAddress(ton, 1, bytes), Encoding.ASCII.GetBytes(country), utf8);
        Assert.Equal(expected, Encoding.UTF8.GetString(utf8, 0, length));
    }

    [Theory]
    [InlineData(0x00, 1)]
    [InlineData(0x01, 3)]
    [InlineData(0x02, 7)]
    [InlineData(0x03, 2)]
    [InlineData(0x04, 7)]
    [InlineData(0x05, 0)]
    [InlineData(0x06, 4)]
    [InlineData(0x07, 5)]
    [InlineData(0x08, 6)]
    [InlineData(0x0E, 0)]
    [InlineData(0x10, 1)]
    [InlineData(0x15, 7)]
    [InlineData(0x19, 6)]
    [InlineData(0x20, 0)]
    [InlineData(0x48, 6)]
    [InlineData(0x80, 0)]
    [InlineData(0xC8, 1)]
    [InlineData(0xE0, 6)]
    [InlineData(0xF1, 1)]
    [InlineData(0xF5, 7)]
    public void Data_coding_names_the_alphabet(byte coding, byte alphabet) => Assert.Equal((Alphabet)alphabet, DataCoding.AlphabetOf(coding, Alphabet.Gsm));

    [Theory]
    [InlineData(0x06, "BFE0D8D2D5E2F0FD", "Привет№§")]
    [InlineData(0x07, "F9ECE5ED", "שלום")]
    [InlineData(0x03, "4100E8", "Aè")]
    [InlineData(0x01, "41E8", "A\uFFFD")]
    [InlineData(0x08, "FEFF00410042", "AB")]
    [InlineData(0x08, "FFFE41004200", "AB")]
    [InlineData(0x08, "0041D83D", "A\uFFFD")] // half a pair
    [InlineData(0x08, "00410000004200", "AB")] // padding, and half a unit
    [InlineData(0x04, "C3A8", "è")]
    [InlineData(0xF0, "00", "@")]
    public void Alphabets_are_read(byte coding, string hex, string text) => Assert.Equal(text, Read(coding, Convert.FromHexString(hex)));

    [Fact]
    public void A_pair_of_surrogates_is_whole_wherever_it_stands()
    {
        for (int before = 250; before < 260; before++)
        {
            string text = new string('x', before) + "😀" + new string('y', 10);
            Assert.Equal(text, Read(0x08, Encoding.BigEndianUnicode.GetBytes(text)));
        }
    }

    [Fact]
    public void More_than_a_long_message_can_have_is_refused()
    {
        byte[] bytes = new byte[InboundText.BytesMax + 1];
        Array.Fill(bytes, (byte)'x');
        Assert.Null(Read(0, bytes));
        Assert.NotNull(Read(0, bytes[1..]));
    }

    [Theory]
    [InlineData("011", "11", true)]
    [InlineData("000", "0", true)]
    [InlineData("0A1", "a1", true)]
    [InlineData("1", "2", false)]
    [InlineData("123456789", "1", false)]
    public void Error_codes_are_compared_without_leading_zeros_and_case(string left, string right, bool same) =>
        Assert.Equal(same, ErrorMap.KeyOf(Encoding.ASCII.GetBytes(left)) == ErrorMap.KeyOf(Encoding.ASCII.GetBytes(right)));

    // A manual acknowledgement names the message that it is for (SMPP 3.4 §5.3.2.12), which two of them may share.
    [Theory]
    [InlineData(0x00, "77")]
    [InlineData(0x10, "")]
    public void The_id_of_what_a_subscriber_answers_is_not_his_message_s(byte esmClass, string id)
    {
        var message = new ShortMessage { EsmClass = esmClass, Text = "yes"u8, Tlvs = [0x00, 0x1E, 0, 3, (byte)'7', (byte)'7', 0] };
        byte[] buffer = new byte[InboundPart.SizeOf(message)];
        Assert.True(InboundPart.TryRead(message, Alphabet.Gsm, default, buffer, out InboundPart part));
        Assert.Equal(id, Encoding.ASCII.GetString(part.Id));
    }

    private static string? Read(byte coding, byte[] userData)
    {
        var message = new ShortMessage { DataCoding = coding, Tlvs = [0x04, 0x24, (byte)(userData.Length >> 8), (byte)userData.Length, .. userData] };
        byte[] buffer = new byte[InboundPart.SizeOf(message)];
        return InboundPart.TryRead(message, Alphabet.Gsm, default, buffer, out InboundPart part) ? Encoding.UTF8.GetString(part.Text) : null;
    }
}
