using System.Text;
using Router.Core.Segments;

namespace Router.Core.Tests.Segments;

/// <summary>Every character against 3GPP TS 23.038 §6.2.1 and §6.2.1.1, written here as code points by septet and not taken from the implementation.</summary>
public sealed class GsmTableTests
{
    private static readonly int[] Default =
    [
        0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5,
        0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, -1, 0xC6, 0xE6, 0xDF, 0xC9,
        0x20, 0x21, 0x22, 0x23, 0xA4, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F,
        0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F,
        0xA1, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
        0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0xC4, 0xD6, 0xD1, 0xDC, 0xA7,
        0xBF, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F,
        0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0xE4, 0xF6, 0xF1, 0xFC, 0xE0,
    ];

    private static readonly Dictionary<int, byte> Extension = new()
    {
        [0x0C] = 0x0A, [0x5E] = 0x14, [0x7B] = 0x28, [0x7D] = 0x29, [0x5C] = 0x2F, [0x5B] = 0x3C, [0x7E] = 0x3D, [0x5D] = 0x3E, [0x7C] = 0x40, [0x20AC] = 0x65,
    };

    private static byte[] Encode(int codePoint, out SmsEncoding encoding, string around)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(around + new Rune(codePoint));
        var segments = new SmsSegmenter(utf8);
        encoding = segments.Encoding;
        Assert.True(segments.MoveNext());
        byte[] data = new byte[SmsText.SegmentBytesMax];
        return data[..segments.Write(0, data)];
    }

    [Theory]
    [InlineData("")]
    [InlineData("è")] // takes the way of texts that are not all ASCII
    public void Every_character_of_unicode_has_the_septets_of_the_standard_or_is_UCS2(string around)
    {
        Dictionary<int, byte[]> expected = [];
        for (int septet = 0; septet < 128; septet++)
        {
            if (Default[septet] >= 0)
            {
                expected.Add(Default[septet], [(byte)septet]);
            }
        }

        foreach ((int codePoint, byte septet) in Extension)
        {
            expected.Add(codePoint, [0x1B, septet]);
        }

        Assert.Equal(127 + 10, expected.Count);
        byte[] prefix = around.Length == 0 ? [] : [0x04];
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
            {
                continue;
            }

            byte[] actual = Encode(codePoint, out SmsEncoding encoding, around);
            if (expected.TryGetValue(codePoint, out byte[]? septets))
            {
                Assert.Equal(SmsEncoding.Gsm7, encoding);
                Assert.Equal([.. prefix, .. septets], actual);
            }
            else if (encoding != SmsEncoding.Ucs2 || !actual.AsSpan().SequenceEqual(Encoding.BigEndianUnicode.GetBytes(around + new Rune(codePoint))))
            {
                Assert.Fail($"U+{codePoint:X4} is {encoding}");
            }
        }
    }

    [Fact]
    public void All_ASCII_of_the_alphabet_in_one_text_gives_its_septets_in_order()
    {
        int[] ascii = [.. Default.Where(static c => c is >= 0 and < 0x80)];
        byte[] text = [.. ascii.Select(static c => (byte)c)];
        var segments = new SmsSegmenter(text);
        segments.MoveNext();
        byte[] data = new byte[SmsText.SegmentBytesMax];
        Assert.Equal(ascii.Select(static c => (byte)Array.IndexOf(Default, c)), data[..segments.Write(0, data)]);
    }
}
