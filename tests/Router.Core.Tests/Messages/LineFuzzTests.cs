using System.Text;

namespace Router.Core.Tests.Messages;

/// <summary>100,000 streams: the same lines, numbers and verdicts whole or in pieces of any size.</summary>
public sealed class LineFuzzTests
{
    private const int Inputs = 100_000;

    [Fact]
    public void Lines_are_the_same_whole_or_in_pieces()
    {
        Random random = FuzzSeed.Start("lines", out int seed);
        for (int n = 0; n < Inputs; n++)
        {
            // One in five hundred is long enough for lines that are too large.
            byte[] input = n % 500 == 0 ? Large(random) : Small(random);
            int pieceMax = n % 500 == 0 ? 40_000 : 30;
            int[] pieces = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(1, pieceMax))];
            List<string> whole = LineSplitterTests.Split(input, Math.Max(1, input.Length));
            List<string> parts = LineSplitterTests.Split(input, pieces);
            if (!whole.SequenceEqual(parts) || !whole.SequenceEqual(Reference(input)))
            {
                Assert.Fail($"seed {seed}, input {n}, pieces {string.Join(',', pieces)}, bytes {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 500)))}");
            }
        }
    }

    /// <summary>The rule written again: split at LF, take one CR off, leave blanks out, count all.</summary>
    private static IEnumerable<string> Reference(byte[] input)
    {
        string[] lines = Encoding.Latin1.GetString(input).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];
            if (line.Length > 65_536)
            {
                yield return $"{i + 1} TooLarge ";
            }
            else if (line.Trim(' ', '\t').Length > 0)
            {
                yield return $"{i + 1} Line {line}";
            }
        }
    }

    private static byte[] Small(Random random)
    {
        ReadOnlySpan<byte> letters = "\n\n\r \tab{}\u0000"u8;
        byte[] input = new byte[random.Next(80)];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = letters[random.Next(letters.Length)];
        }

        return input;
    }

    private static byte[] Large(Random random)
    {
        List<byte> input = [];
        for (int lines = random.Next(1, 5); lines > 0; lines--)
        {
            int length = random.Next(3) == 0 ? random.Next(200_000) : 65_536 + random.Next(-3, 4);
            input.AddRange(Enumerable.Repeat(random.Next(6) == 0 ? (byte)' ' : (byte)'x', length));
            input.AddRange(random.Next(2) == 0 ? "\n"u8 : "\r\n"u8);
        }

        return [.. input.Take(input.Count - random.Next(3))];
    }
}
