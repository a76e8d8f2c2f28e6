using System.Text;
using Router.LoadTest.Wire;

namespace Router.LoadTest.Tests;

public sealed class ChunkedLinesTests
{
    private static readonly byte[] answer = Encoding.ASCII.GetBytes("4\r\none\n\r\n5\r\ntwo\nt\r\n6\r\nhree\n\n\r\n0\r\n\r\n");

    [Fact]
    public void Lines_are_the_same_wherever_the_bytes_are_cut()
    {
        for (int cut = 0; cut <= answer.Length; cut++)
        {
            var lines = new ChunkedLines();
            List<string> found = [];
            int used = Feed(lines, answer.AsSpan(0, cut), found);
            Feed(lines, answer.AsSpan(used), found);
            Assert.Equal(["one", "two", "three", ""], found);
            Assert.True(lines.HasEnded);
        }
    }

    [Fact]
    public void A_size_that_is_no_number_is_refused() =>
        Assert.Throws<InvalidDataException>(static () => new ChunkedLines().TryRead("zz\r\n"u8, out _, out _));

    private static int Feed(ChunkedLines lines, ReadOnlySpan<byte> bytes, List<string> found)
    {
        int at = 0;
        bool more = true;
        while (more)
        {
            more = lines.TryRead(bytes[at..], out int used, out ReadOnlySpan<byte> line);
            if (more)
            {
                found.Add(Encoding.ASCII.GetString(line));
            }

            at += used;
        }

        return at;
    }
}
