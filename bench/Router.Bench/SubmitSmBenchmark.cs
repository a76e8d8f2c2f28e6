using BenchmarkDotNet.Attributes;
using Router.Core.Messages;
using Router.Core.Segments;
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
    public int Encode()
    {
        MessageRecord record = MessageRecord.Read(_record.AsSpan(0, _recordLength));
        var segments = new SmsSegmenter(record.Text);
        segments.MoveNext();
        Span<byte> validity = stackalloc byte[SmppTime.Size];
        SmppTime.WriteRelative(3_600_000, validity);
        var submit = new ShortMessage
        {
            Source = Address.Of(record.From),
            Destination = Address.Of(record.To),
            EsmClass = segments.HasHeader ? ShortMessage.EsmUserDataHeader : (byte)0,
            DataCoding = (byte)segments.Encoding,
            RegisteredDelivery = ShortMessage.FinalReceipt,
            ValidityPeriod = validity,
        };
        return submit.WriteSubmit(++_sequence, segments, 0, _pdu);
    }
}
