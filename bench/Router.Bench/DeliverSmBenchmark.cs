using BenchmarkDotNet.Attributes;
using Router.Providers.Smpp.Protocol;

namespace Router.Bench;

/// <summary>Reads a receipt of a carrier's: frame, fields, id and state, canonical forms of the id; baseline: a copy of the same PDU.</summary>
[MemoryDiagnoser]
public class DeliverSmBenchmark : IGate
{
    private readonly byte[] _pdu = new byte[512];
    private readonly byte[] _copy = new byte[512];
    private readonly int _length;

    public DeliverSmBenchmark()
    {
        var receipt = new ShortMessage
        {
            Source = Address.Of("+393331234567"u8),
            Destination = Address.Of("+390212345678"u8),
            EsmClass = ShortMessage.EsmReceipt,
            Text = "id:0A1B2C3D sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:DELIVRD err:000 text:hello"u8,
        };
        _length = receipt.Write(Command.DeliverSm, 7, _pdu);
    }

    public string Name => "smpp: read deliver_sm";

    public double BudgetBytes => 0;

    public void Run() => Read();

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        _pdu.AsSpan(0, _length).CopyTo(_copy);
        return _length;
    }

    [Benchmark]
    public int Read()
    {
        if (PduHeader.Read(_pdu.AsSpan(0, _length), out PduHeader header) != FrameState.Whole
            || !ShortMessage.TryRead(_pdu.AsSpan(PduHeader.Size, header.Length - PduHeader.Size), out ShortMessage message)
            || DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out MessageState state) != DeliveryKind.Receipt)
        {
            return -1;
        }

        Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
        Span<byte> reading = stackalloc byte[MessageIdText.SizeMax];
        literal = literal[..MessageIdText.Literal(id, literal)];
        return literal.Length + MessageIdText.HexToDecimal(literal, reading) + MessageIdText.DecimalToHex(literal, reading) + (int)state;
    }
}
