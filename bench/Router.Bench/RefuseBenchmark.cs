using System.Text;
using BenchmarkDotNet.Attributes;
using Router.Core.Messages;

namespace Router.Bench;

/// <summary>What a refused body costs: an unknown field (a result) and bytes that are not JSON (the reader's exception, caught). Baseline: the good body.</summary>
[MemoryDiagnoser]
public class RefuseBenchmark : IGate
{
    private readonly byte[] _good = SampleBodies.Of400Bytes;
    private readonly byte[] _unknown = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(SampleBodies.Of400Bytes).Replace("\"content\"", "\"contend\"", StringComparison.Ordinal));
    private readonly byte[] _notJson = SampleBodies.Of400Bytes[..^1];
    private readonly byte[] _scratch = new byte[MessageDecoder.ScratchBytesMax];

    public string Name => "decode: refuse an unknown field";

    public double BudgetBytes => 0;

    public void Run() => UnknownField();

    [Benchmark(Baseline = true)]
    public bool Good() => MessageDecoder.TryDecode(_good, _scratch, 0, out _, out _);

    [Benchmark]
    public bool UnknownField() => MessageDecoder.TryDecode(_unknown, _scratch, 0, out _, out _);

    [Benchmark]
    public bool NotJson() => MessageDecoder.TryDecode(_notJson, _scratch, 0, out _, out _);
}
