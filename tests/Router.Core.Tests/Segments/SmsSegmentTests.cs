using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Router.Core.Segments;

namespace Router.Core.Tests.Segments;

public sealed class SmsSegmentTests
{
    private const string Emoji = "\U0001F600";

    private static int Count(string text, SmsReference width = SmsReference.Bits8) => SmsText.Measure(Encoding.UTF8.GetBytes(text), width, out _);

    [Theory]
    [InlineData("a", SmsReference.Bits8, 160, 153)]
    [InlineData("é", SmsReference.Bits8, 160, 153)]
    [InlineData("€", SmsReference.Bits8, 80, 76)] // two septets each; the odd one of 153 stays empty
    [InlineData("ж", SmsReference.Bits8, 70, 67)]
    [InlineData(Emoji, SmsReference.Bits8, 35, 33)] // two units each; the odd one of 67 stays empty
    [InlineData("a", SmsReference.Bits16, 160, 152)]
    [InlineData("€", SmsReference.Bits16, 80, 76)]
    [InlineData("ж", SmsReference.Bits16, 70, 66)]
    [InlineData(Emoji, SmsReference.Bits16, 35, 33)]
    public void Measure_counts_at_each_capacity_and_one_more(string character, SmsReference width, int single, int each)
    {
        string Times(int n) => string.Concat(Enumerable.Repeat(character, n));
        Assert.Equal(1, Count(Times(1), width));
        Assert.Equal(1, Count(Times(single), width));
        Assert.Equal(2, Count(Times(single + 1), width));
        Assert.Equal(2, Count(Times(each * 2), width));
        Assert.Equal(3, Count(Times((each * 2) + 1), width));
        Assert.Equal(255, Count(Times(each * 255), width));
        Assert.Equal(256, Count(Times((each * 255) + 1), width));
    }

    [Fact]
    public void An_empty_text_is_one_empty_segment()
    {
        Assert.Equal(1, Count(""));
        var segments = new SmsSegmenter([]);
        Assert.True(segments.MoveNext());
        Assert.Equal(0, segments.Write(0, new byte[SmsText.SegmentBytesMax]));
        Assert.False(segments.MoveNext());
    }

    [Fact]
    public void Headers_are_those_of_3GPP_23_040()
    {
        byte[] text = Encoding.UTF8.GetBytes(new string('a', 161));
        byte[] data = new byte[SmsText.SegmentBytesMax];

        var narrow = new SmsSegmenter(text);
        Assert.True(narrow.MoveNext());
        Assert.Equal(6 + 153, narrow.Write(0x1234, data));
        Assert.Equal([0x05, 0x00, 0x03, 0x34, 2, 1], data[..6]);
        Assert.True(narrow.MoveNext());
        Assert.Equal(6 + 8, narrow.Write(0x1234, data));
        Assert.Equal([0x05, 0x00, 0x03, 0x34, 2, 2], data[..6]);
        Assert.False(narrow.MoveNext());

        var wide = new SmsSegmenter(text, SmsReference.Bits16);
        Assert.True(wide.MoveNext());
        Assert.Equal(7 + 152, wide.Write(0x1234, data));
        Assert.Equal([0x06, 0x08, 0x04, 0x12, 0x34, 2, 1], data[..7]);
    }

    [Fact]
    public void A_surrogate_pair_is_not_split_wherever_it_meets_an_edge()
    {
        for (int before = 0; before <= 210; before++)
        {
            AssertWhole("ж" + new string('a', before) + Emoji + Emoji + "b");
        }
    }

    [Fact]
    public void An_escape_pair_is_not_split_wherever_it_meets_an_edge()
    {
        for (int before = 0; before <= 470; before++)
        {
            AssertWhole(new string('a', before) + "€{b");
        }
    }

    [Fact]
    public void MoveTo_finds_a_segment_to_send_again()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(static i => $"{i}€")));
        var all = new SmsSegmenter(text);
        Span<byte> expected = stackalloc byte[SmsText.SegmentBytesMax];
        Span<byte> actual = stackalloc byte[SmsText.SegmentBytesMax];
        while (all.MoveNext())
        {
            var one = new SmsSegmenter(text);
            Assert.True(one.MoveTo(all.Index));
            Assert.True(one.MoveTo(all.Index));
            Assert.True(expected[..all.Write(7, expected)].SequenceEqual(actual[..one.Write(7, actual)]));
            Assert.False(one.MoveTo(all.Index - 1));
        }

        Assert.Equal(all.Count, all.Index + 1);
        Assert.False(new SmsSegmenter(text).MoveTo(all.Count));
        Assert.False(new SmsSegmenter(text).MoveTo(-1));
    }

    [Fact]
    public void A_text_of_more_than_255_segments_has_no_segmenter() =>
        Assert.Throws<ArgumentException>(static () => new SmsSegmenter(Encoding.UTF8.GetBytes(new string('a', (153 * 255) + 1))).Count);

    [Property(MaxTest = 1_000)]
    public Property Any_text_comes_back_whole_from_its_segments() => Prop.ForAll(Texts().ToArbitrary(), static text =>
    {
        AssertWhole(text);
        return true;
    });

    [Fact]
    public void Broken_UTF8_is_cut_as_replacement_characters_and_never_fails()
    {
        var random = new Random(20_380);
        byte[] text = new byte[400];
        byte[] data = new byte[SmsText.SegmentBytesMax];
        for (int round = 0; round < 20_000; round++)
        {
            Span<byte> part = text.AsSpan(0, random.Next(text.Length));
            random.NextBytes(part);
            string expected = Encoding.UTF8.GetString(part);
            var segments = new SmsSegmenter(part);
            var decoded = new StringBuilder();
            while (segments.MoveNext())
            {
                int length = segments.Write(1, data);
                int header = segments.HasHeader ? 6 : 0;
                decoded.Append(segments.Encoding == SmsEncoding.Ucs2 ? Encoding.BigEndianUnicode.GetString(data, header, length - header) : Encoding.UTF8.GetString(segments.Text));
            }

            Assert.Equal(expected, decoded.ToString());
        }
    }

    /// <summary>Texts of 0 to 700 characters mostly of one kind, so that they are long in each encoding and switch near the edges.</summary>
    private static Gen<string> Texts()
    {
        Gen<string> common = Gen.Elements("a", "b", " ", "@", "$", "_", "1");
        Gen<string> rare = Gen.Elements("a", "€", "{", "é", "Ω", "\n", "[");
        Gen<string> wide = Gen.Elements("a", "ж", Emoji, "€", "ç", "\u200d", "中");
        Gen<Gen<string>> kind = Gen.Elements(common, Gen.Frequency((20, common), (3, rare)), Gen.Frequency((30, common), (3, rare), (1, wide)), wide);
        return from size in Gen.Choose(0, 700)
               from character in kind
               from parts in character.ListOf(size)
               select string.Concat(parts);
    }

    /// <summary>All that must hold of the segments of any text.</summary>
    private static void AssertWhole(string text)
    {
        AssertWhole(text, SmsReference.Bits8);
        AssertWhole(text, SmsReference.Bits16);
    }

    private static void AssertWhole(string text, SmsReference width)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int count = SmsText.Measure(utf8, width, out SmsEncoding encoding);
        var segments = new SmsSegmenter(utf8, width);
        Assert.Equal((count, encoding, -1), (segments.Count, segments.Encoding, segments.Index));
        int capacity = SmsText.Capacity(encoding, width, count > 1);
        int header = count > 1 ? SmsText.HeaderLength(width) : 0;
        int unitBytes = encoding == SmsEncoding.Gsm7 ? 1 : 2;
        var joined = new StringBuilder();
        byte[] data = new byte[SmsText.SegmentBytesMax];
        int free = 0;
        while (segments.MoveNext())
        {
            string part = Encoding.UTF8.GetString(segments.Text);
            int length = segments.Write(0xABCD, data);
            int units = (length - header) / unitBytes;
            Assert.InRange(units, 0, capacity);
            Assert.Equal(part, Decode(data.AsSpan(header, length - header), encoding));
            if (segments.Index > 0)
            {
                // Greedy: the first character of this segment did not fit into the one before.
                int first = encoding == SmsEncoding.Ucs2 ? (char.IsHighSurrogate(part[0]) ? 2 : 1) : data[header] == 0x1B ? 2 : 1;
                Assert.True(first > free, $"segment {segments.Index} begins with {first}, {free} were free");
            }

            free = capacity - units;
            joined.Append(part);
        }

        Assert.Equal(text, joined.ToString());
        Assert.Equal(count - 1, segments.Index);
    }

    private static string Decode(ReadOnlySpan<byte> data, SmsEncoding encoding)
    {
        if (encoding == SmsEncoding.Ucs2)
        {
            return Encoding.BigEndianUnicode.GetString(data);
        }

        const string Alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        var text = new StringBuilder();
        for (int i = 0; i < data.Length; i++)
        {
            text.Append(data[i] != 0x1B ? Alphabet[data[i]] : data[++i] switch
            {
                0x0A => '\f', 0x14 => '^', 0x28 => '{', 0x29 => '}', 0x2F => '\\', 0x3C => '[', 0x3D => '~', 0x3E => ']', 0x40 => '|', 0x65 => '€', _ => '?',
            });
        }

        return text.ToString();
    }
}
