using System.Text;
using Router.Core.Segments;

namespace Router.Core.Tests.Segments;

public sealed class GsmTextTests
{
    [Fact]
    public void Every_character_that_can_be_sent_is_read_back()
    {
        string all = string.Concat(Enumerable.Range(0, 0x10000).Where(static c => !char.IsSurrogate((char)c)).Select(static c => (char)c)
            .Where(static c => SmsText.Measure(Encoding.UTF8.GetBytes(c.ToString()), out SmsEncoding encoding) == 1 && encoding == SmsEncoding.Gsm7));
        Assert.Equal(127 + 10, all.Length); // the table without the escape, and its extension
        foreach (char c in all)
        {
            var segments = new SmsSegmenter(Encoding.UTF8.GetBytes(c.ToString()));
            segments.MoveNext();
            byte[] septets = new byte[SmsText.SegmentBytesMax];
            int length = segments.Write(0, septets);
            Assert.Equal(c.ToString(), Read(septets.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("1B65", 0, 0, "€")]
    [InlineData("1B41", 0, 0, "A")] // not in the extension: the main table's
    [InlineData("411B", 0, 0, "A ")] // nothing behind the escape
    [InlineData("1B1B41", 0, 0, " A")]
    [InlineData("E0", 0, 0, "\uFFFD")]
    [InlineData("1BE0", 0, 0, "\uFFFD")]
    [InlineData("40071C", 1, 0, "İıŞ")]
    [InlineData("1B491B731B65", 0, 1, "İş€")]
    [InlineData("1B411B6F", 0, 2, "Áó")]
    [InlineData("0B187F", 3, 0, "Ô€à")]
    [InlineData("1B0F1B7B1B2F", 0, 3, "áã\\")]
    [InlineData("41", 2, 0, "A")] // Spanish has no locking table
    [InlineData("4142", 6, 0, "\uFFFD\uFFFD")] // Hindi is not here: shown as unknown, not as other letters
    [InlineData("411B42", 0, 6, "A\uFFFD")]
    [InlineData("41", 255, 255, "\uFFFD")]
    public void Tables_are_those_of_the_standard(string septets, byte locking, byte single, string text) =>
        Assert.Equal(text, Read(Convert.FromHexString(septets), locking, single));

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_127)]
    public void Whatever_comes_is_read_as_valid_text(int seed)
    {
        var random = new Random(seed);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] septets = new byte[random.Next(1, 200)];
            random.NextBytes(septets);
            byte[] utf8 = new byte[septets.Length * GsmText.BytesPerSeptetMax];
            int length = GsmText.Decode(septets, (byte)random.Next(6), (byte)random.Next(6), utf8);
            Assert.True(strict.GetCharCount(utf8, 0, length) <= septets.Length, $"seed {seed}, run {run}");
        }
    }

    private static string Read(ReadOnlySpan<byte> septets, byte locking = 0, byte single = 0)
    {
        byte[] utf8 = new byte[septets.Length * GsmText.BytesPerSeptetMax];
        return Encoding.UTF8.GetString(utf8, 0, GsmText.Decode(septets, locking, single, utf8));
    }
}
