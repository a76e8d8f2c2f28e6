using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Router.Core.Messages;

namespace Router.Bench;

/// <summary>Splits 64 KiB of NDJSON (163 lines of 400 B) in buffers of 4 KiB, as Kestrel hands them over. Baseline: the vectorised search for line feeds alone. Figures are for a line.</summary>
[MemoryDiagnoser]
public class LinesBenchmark : IGate
{
    private const int Lines = 163;

    private readonly ReadOnlySequence<byte> _input = Pieces(string.Concat(Enumerable.Repeat(Encoding.UTF8.GetString(SampleBodies.Of400Bytes) + "\n", Lines)), 4_096);
    private readonly byte[] _copy = new byte[LineSplitter.LineBytesMax];
    private readonly LineSplitter _splitter = new();

    public string Name => "lines: split, one span a line";

    public double BudgetBytes => 0;

    public int OperationsPerRun => Lines;

    public void Run() => Split();

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public int CountLineFeeds()
    {
        int count = 0;
        foreach (ReadOnlyMemory<byte> piece in _input)
        {
            count += piece.Span.Count((byte)'\n');
        }

        return count;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public int Split()
    {
        ReadOnlySequence<byte> buffer = _input;
        int bytes = 0;
        while (_splitter.TryRead(ref buffer, isCompleted: false, out ReadOnlySequence<byte> line) != LineKind.None)
        {
            bytes += LineSplitter.AsSpan(line, _copy).Length;
        }

        return bytes;
    }

    private static ReadOnlySequence<byte> Pieces(string text, int size)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var first = new Piece(bytes.AsMemory(0, size), null);
        Piece last = first;
        for (int at = size; at < bytes.Length; at += size)
        {
            last = new Piece(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
