using System.Text;
using System.Text.RegularExpressions;
using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Core.Tests.Addresses;

/// <summary>200,000 addresses against the grammars written again as regular expressions; canonical forms parse to themselves; nothing outside is touched.</summary>
public sealed partial class AddressFuzzTests
{
    private const int Inputs = 200_000;
    private const int Guard = 16;

    private static readonly string[] Parts =
    [
        "sms:", "voice:", "whatsapp:", "email:", "telegram:", "x:", "fax:", ":", "+", "39", "0", "3331234567", "12345", " ", "-", "ada", "Ada", ".", "..", "@", "@", "example.com", "EXAMPLE", "xn--a", "1.2.3.4", "[", "]", "\"", "\"",
        "\\", "\\\"", "\\a", "a b", "é", "\u0000", "\u007f", "_", "!", "(",
    ];

    [GeneratedRegex(@"\A\+[1-9][0-9]{6,14}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"\A[\x21-\x7e]{1,128}\z")]
    private static partial Regex Id();

    [GeneratedRegex("""
        \A(?=.{1,254}\z)(?<local>(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)|"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*")@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?![0-9]+\z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z
        """, RegexOptions.Singleline)]
    private static partial Regex MailboxForm();

    [Fact]
    public void Any_text_gets_the_verdict_of_the_grammar()
    {
        Random random = FuzzSeed.Start("addresses", out int seed);
        int accepted = 0;
        for (int n = 0; n < Inputs; n++)
        {
            string text = Make(random, n);
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            AddressReason reason = Parse(utf8, out Channel channel, out byte[] value);
            if (reason == AddressReason.None != Matches(text))
            {
                Assert.Fail($"seed {seed}, input {n}: {reason} for {text}");
            }

            if (reason != AddressReason.None)
            {
                continue;
            }

            accepted++;
            byte[] canonical = [.. Encoding.ASCII.GetBytes(WireNames.Of(channel)), (byte)':', .. value];
            Assert.Equal(AddressReason.None, Parse(canonical, out Channel again, out byte[] same));
            Assert.Equal(channel, again);
            Assert.Equal(value, same);
        }

        Assert.True(accepted > Inputs / 50, $"seed {seed}: only {accepted} accepted");
    }

    [Fact]
    public void Any_bytes_get_a_reason_or_an_address()
    {
        Random random = FuzzSeed.Start("address bytes", out _);
        byte[] bytes = new byte[400];
        for (int n = 0; n < Inputs; n++)
        {
            ReadOnlySpan<byte> channel = n % 3 == 0 ? "email:\""u8 : n % 3 == 1 ? "sms:+"u8 : "line:"u8;
            Span<byte> noise = bytes.AsSpan(0, channel.Length + random.Next(40));
            random.NextBytes(noise);
            channel.CopyTo(noise);
            Parse(noise.ToArray(), out _, out _);
        }
    }

    private static AddressReason Parse(byte[] utf8, out Channel channel, out byte[] value)
    {
        int length = Math.Min(utf8.Length, Address.ValueBytesMax);
        byte[] buffer = new byte[Guard + length + Guard];
        buffer.AsSpan().Fill(0xA5);
        AddressReason reason = Address.Parse(utf8, buffer.AsSpan(Guard, length), out Address address);
        channel = address.Channel;
        value = address.Value.ToArray();
        Assert.False(buffer.AsSpan(0, Guard).ContainsAnyExcept((byte)0xA5) || buffer.AsSpan(Guard + length).ContainsAnyExcept((byte)0xA5));
        return reason;
    }

    private static string Make(Random random, int n)
    {
        string start = (n % 8) switch
        {
            0 => "sms:+39",
            1 => "email:ada@",
            2 => "email:\"",
            3 => "line:",
            _ => Parts[random.Next(7)],
        };
        string text = start + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Parts[random.Next(Parts.Length)]));
        return n % 16 == 2 ? text + "\"@example.com" : text;
    }

    private static bool Matches(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !WireNames.TryParse(Encoding.UTF8.GetBytes(text[..colon]), out Channel channel))
        {
            return false;
        }

        string value = text[(colon + 1)..];
        if (channel != Channel.Email)
        {
            return (Address.IsNumber(channel) ? Number() : Id()).IsMatch(value);
        }

        Match match = MailboxForm().Match(value);
        return match.Success && match.Groups["local"].Length <= 64;
    }
}
