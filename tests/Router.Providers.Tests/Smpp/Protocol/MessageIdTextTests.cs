using System.Text;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

public sealed class MessageIdTextTests
{
    [Theory]
    [InlineData("1A", "1a")]
    [InlineData("  0000001A \0", "1a")]
    [InlineData("0", "0")]
    [InlineData("0000", "0")]
    [InlineData("Msg-0001", "msg-0001")]
    [InlineData("00-1", "00-1")]
    [InlineData("   ", "")]
    [InlineData("", "")]
    public void The_literal_is_trimmed_lower_cased_and_without_leading_zeros(string id, string canonical) =>
        Assert.Equal(canonical, Form(id, static (source, destination) => MessageIdText.Literal(source, destination)));

    [Theory]
    [InlineData("1a", "26")]
    [InlineData("ffffffffffffffff", "18446744073709551615")]
    [InlineData("ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455")]
    [InlineData("1ffffffffffffffffffffffffffffffff", "")]
    [InlineData("g", "")]
    [InlineData("-1", "")]
    public void Hexadecimal_is_read_as_decimal(string id, string dec) =>
        Assert.Equal(dec, Form(id, static (source, destination) => MessageIdText.HexToDecimal(source, destination)));

    [Theory]
    [InlineData("26", "1a")]
    [InlineData("18446744073709551615", "ffffffffffffffff")]
    [InlineData("999999999999999999999999999999999999999999", "")]
    [InlineData("1a", "")]
    [InlineData("+1", "")]
    public void Decimal_is_read_as_hexadecimal(string id, string hex) =>
        Assert.Equal(hex, Form(id, static (source, destination) => MessageIdText.DecimalToHex(source, destination)));

    [Fact]
    public void An_id_longer_than_the_standard_allows_is_none() =>
        Assert.Equal("", Form(new string('1', 65), static (source, destination) => MessageIdText.Literal(source, destination)));

    private delegate int Former(ReadOnlySpan<byte> source, Span<byte> destination);

    private static string Form(string id, Former form)
    {
        byte[] destination = new byte[MessageIdText.SizeMax];
        return Encoding.ASCII.GetString(destination, 0, form(Encoding.ASCII.GetBytes(id), destination));
    }
}
