using System.Text.Json;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using Router.Core.Messages;

namespace Router.Bench;

/// <summary>Decodes a body of 400 B. Baselines: a bare loop over the same bytes, and the tokens alone.</summary>
[MemoryDiagnoser]
public class DecodeBenchmark : IGate
{
    private const long NowMs = 1_795_478_400_000;

    private readonly byte[] _body = SampleBodies.Of400Bytes;
    private readonly byte[] _escaped = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(SampleBodies.Of400Bytes).Replace("e'", "\\u00e8", StringComparison.Ordinal));
    private readonly byte[] _scratch = new byte[MessageDecoder.ScratchBytesMax];
    private readonly byte[] _record = new byte[512];

    public string Name => "decode: body of 400 B, write record";

    public double BudgetBytes => 0;

    public void Run()
    {
        if (DecodeAndWriteRecord() == 0)
        {
            throw new InvalidOperationException("the sample body does not decode");
        }
    }

    [Benchmark(Baseline = true)]
    public int BareLoop()
    {
        int sum = 0;
        foreach (byte b in _body)
        {
            sum += b;
        }

        return sum;
    }

    [Benchmark]
    public int TokensAlone()
    {
        var reader = new Utf8JsonReader(_body);
        int tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return Utf8.IsValid(_body) ? tokens : 0;
    }

    [Benchmark]
    public int Decode() => MessageDecoder.TryDecode(_body, _scratch, NowMs, out MessageBody message, out _) ? message.Segments : 0;

    [Benchmark]
    public int DecodeEscapedText() => MessageDecoder.TryDecode(_escaped, _scratch, NowMs, out MessageBody message, out _) ? message.Segments : 0;

    [Benchmark]
    public int DecodeAndWriteRecord() => MessageDecoder.TryDecode(_body, _scratch, NowMs, out MessageBody message, out _) ? message.WriteRecord(_record) : 0;
}
