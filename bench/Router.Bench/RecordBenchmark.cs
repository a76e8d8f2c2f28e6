using BenchmarkDotNet.Attributes;
using Router.Core.Messages;

namespace Router.Bench;

/// <summary>Writes and reads a record of a 160-byte text; baseline: a copy of the same bytes.</summary>
[MemoryDiagnoser]
public class RecordBenchmark : IGate
{
    private readonly byte[] _to = "+393331234567"u8.ToArray();
    private readonly byte[] _text = new byte[160];
    private readonly byte[] _reference = "order-4711"u8.ToArray();
    private readonly byte[] _from = "+390212345678"u8.ToArray();
    private readonly byte[] _record = new byte[512];
    private readonly byte[] _copy = new byte[512];

    public string Name => "record: write, append sender, read";

    public double BudgetBytes => 0;

    public void Run() => WriteAndRead();

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        int length = MessageRecord.SizeWithoutFrom(_to.Length, _text.Length, _reference.Length, 0) + MessageRecord.SizeOfFrom(_from.Length);
        _record.AsSpan(0, length).CopyTo(_copy);
        return length;
    }

    [Benchmark]
    public int WriteAndRead()
    {
        int at = MessageRecord.Write(Channel.Sms, ContentType.Text, _to, _text, _reference, default, _record);
        at += MessageRecord.AppendFrom(_from, _record.AsSpan(at));
        MessageRecord record = MessageRecord.Read(_record.AsSpan(0, at));
        return record.Text.Length + record.From.Length;
    }
}
