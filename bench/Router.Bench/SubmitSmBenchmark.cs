using BenchmarkDotNet.Attributes;
using Router.Core.Messages;
using Router.Providers.Smpp.Protocol;

namespace Router.Bench;

/// <summary>Encodes a <c>submit_sm</c> from a record with a text of 150 bytes, as a session does; baseline: a copy of the same PDU.</summary>
[MemoryDiagnoser]
public class SubmitSmBenchmark : IGate
{
    private readonly byte[] _record = new byte[512];
    private readonly byte[] _pdu = new byte[ShortMessage.SizeMax];
    private readonly byte[] _copy = new byte[ShortMessage.SizeMax];
    private readonly int _recordLength;
    private readonly int _length;
    private uint _sequence;

    public SubmitSmBenchmark()
    {
        byte[] text = new byte[150];
        Array.Fill(text, (byte)'x');
        _recordLength = MessageRecord.Write(Channel.Sms, ContentType.Text, "+393331234567"u8, text, default, default, _record);
        _recordLength += MessageRecord.AppendFrom("+390212345678"u8, _record.AsSpan(_recordLength));
        _length = Encode();
    }

    public string Name => "smpp: encode submit_sm";

    public double BudgetBytes => 0;

    public void Run() => Encode();

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        _pdu.AsSpan(0, _length).CopyTo(_copy);
        return _length;
    }

    [Benchmark]
    public int Encode() => SubmitEncoding.Write(_record.AsSpan(0, _recordLength), ++_sequence, _pdu);
}
