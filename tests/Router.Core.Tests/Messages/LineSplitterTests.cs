using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

public sealed class LineSplitterTests
{
    private static readonly string Full = new('x', LineSplitter.LineBytesMax);

    /// <summary>Splits <paramref name="input"/> as it would come over a wire in pieces of these sizes, repeated; one line a string: number, kind, content.</summary>
    internal static List<string> Split(byte[] input, params int[] pieces)
    {
        var splitter = new LineSplitter();
        List<string> lines = [];
        byte[] copy = new byte[LineSplitter.LineBytesMax];
        Segment? first = null;
        Segment? last = null;
        int start = 0;
        int at = 0;
        for (int piece = 0; at < input.Length || piece == 0; piece++)
        {
            int size = Math.Min(pieces[piece % pieces.Length], input.Length - at);
            byte[] memory = input.AsSpan(at, size).ToArray();
            at += size;
            last = last is null ? new Segment(memory) : last.Append(memory);
            first ??= last;
            bool completed = at == input.Length;
            var buffer = new ReadOnlySequence<byte>(first, start, last, memory.Length);
            LineKind kind;
            while ((kind = splitter.TryRead(ref buffer, completed, out ReadOnlySequence<byte> line)) != LineKind.None)
            {
                lines.Add($"{splitter.LineNumber} {kind} {Encoding.Latin1.GetString(LineSplitter.AsSpan(line, copy))}");
            }

            Assert.InRange(buffer.Length, 0, LineSplitter.LineBytesMax + 1);
            first = (Segment)buffer.Start.GetObject()!;
            start = buffer.Start.GetInteger();
        }

        return lines;
    }

    private static List<string> Split(string input, params int[] pieces) => Split(Encoding.Latin1.GetBytes(input), pieces);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\r\n \t\n")]
    [InlineData("a", "1 Line a")]
    [InlineData("a\n", "1 Line a")]
    [InlineData("a\r\nb", "1 Line a", "2 Line b")]
    [InlineData("a\n\n \r\nb\n", "1 Line a", "4 Line b")]
    [InlineData("\na", "2 Line a")]
    [InlineData("a\r", "1 Line a")]
    [InlineData("a\rb\n", "1 Line a\rb")]
    [InlineData("a\r\r\n", "1 Line a\r")]
    [InlineData(" a \n", "1 Line  a ")]
    public void Lines_are_told_with_their_numbers(string input, params string[] lines)
    {
        Assert.Equal(lines, Split(input, 1_000));
        Assert.Equal(lines, Split(input, 1));
        Assert.Equal(lines, Split(input, 2, 1));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_line_of_64_KiB_passes_one_byte_more_is_told_once_and_passed_over(string end)
    {
        foreach (int[] pieces in (int[][])[[1_000_000], [4_096], [1, 65_536, 1, 1], [65_537], [65_538], [999]])
        {
            Assert.Equal([$"1 Line {Full}", "2 Line b"], Split(Full + end + "b" + end, pieces));
            Assert.Equal(["1 TooLarge ", "2 Line b"], Split(Full + "x" + end + "b" + end, pieces));
            Assert.Equal(["1 Line a", "2 TooLarge ", "4 Line b"], Split("a" + end + Full + Full + Full + end + end + "b", pieces));
            Assert.Equal([$"1 Line {Full}"], Split(Full, pieces));
            Assert.Equal(["1 TooLarge "], Split(Full + "x", pieces));
            Assert.Equal(["1 TooLarge "], Split(Full + Full, pieces));
        }
    }

    [Fact]
    public void Blanks_over_64_KiB_are_too_large_whole_or_in_pieces()
    {
        string blanks = new string(' ', LineSplitter.LineBytesMax + 1) + "\nb";
        Assert.Equal(["1 TooLarge ", "2 Line b"], Split(blanks, 1_000_000));
        Assert.Equal(["1 TooLarge ", "2 Line b"], Split(blanks, 7_000));
    }

    [Fact]
    public async Task A_pipe_is_read_by_the_loop_of_the_documentation()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 128 * 1024));
        byte[] input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 5_000).Select(static i => i % 1_000 == 0 ? Full + "too long\n" : $"{{\"n\":{i}}}\r\n")));
        Task writing = Task.Run(async () =>
        {
            for (int at = 0; at < input.Length; at += 1_777)
            {
                await pipe.Writer.WriteAsync(input.AsMemory(at, Math.Min(1_777, input.Length - at)), TestContext.Current.CancellationToken);
            }

            await pipe.Writer.CompleteAsync();
        }, TestContext.Current.CancellationToken);

        var splitter = new LineSplitter();
        int lines = 0;
        int tooLarge = 0;
        while (true)
        {
            ReadResult result = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            LineKind kind;
            while ((kind = splitter.TryRead(ref buffer, result.IsCompleted, out ReadOnlySequence<byte> line)) != LineKind.None)
            {
                lines++;
                tooLarge += kind == LineKind.TooLarge ? 1 : 0;
                if (kind == LineKind.Line)
                {
                    Assert.Equal($"{{\"n\":{splitter.LineNumber}}}", Encoding.ASCII.GetString(line));
                }
            }

            pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await writing;
        Assert.Equal((5_000, 5), (lines, tooLarge));
    }

    /// <summary>A piece of a sequence.</summary>
    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] memory) => Memory = memory;

        public Segment Append(byte[] memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
