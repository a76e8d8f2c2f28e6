using BenchmarkDotNet.Attributes;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Providers.Smpp.Protocol;

namespace Router.Bench;

/// <summary>
/// A message of 400 B from its body to its PDUs: decoded, written as a record, decided, encoded. Baseline: a bare loop over the same body. Aim (DESIGN §7): 1 µs.
/// </summary>
/// <remarks>
/// Seen: one segment 1,180 to 1,290 ns, two 1,435 to 1,445 ns, 0 B, the bare loop 214 to 261 ns; on two shared cores that took twice GROUND's times that day (one-shot HMAC 2.7 µs, there 1.35).
/// </remarks>
[MemoryDiagnoser]
public class OneMessageBenchmark : IGate
{
    private const int Contacts = 1_024;
    private const long NowMs = 1_795_478_400_000;

    private readonly byte[] _two = SampleBodies.Of400Bytes;
    private readonly byte[] _one = SampleBodies.Of400BytesOneSegment;
    private readonly byte[] _scratch = new byte[MessageDecoder.ScratchBytesMax];
    private readonly byte[] _record = new byte[512];
    private readonly byte[] _pdu = new byte[ShortMessage.SizeMax];
    private readonly ContactFlags[] _flags = new ContactFlags[Contacts];
    private uint _sequence;

    public OneMessageBenchmark()
    {
        var random = new Random(7);
        for (int i = 0; i < Contacts; i++)
        {
            // A withdrawal of another purpose: the message leaves, and the decision is not the same constant each time.
            _flags[i] = default(ContactFlags).With(Purpose.Marketing, random.Next(2) == 0 ? ConsentState.Withdrawn : ConsentState.Granted);
        }
    }

    public string Name => "one message: decode, decide, encode";

    public double BudgetBytes => 0;

    public int OperationsPerRun => 2;

    public void Run()
    {
        if (TwoSegments() == 0 || OneSegment() == 0)
        {
            throw new InvalidOperationException("a sample body does not come out as a PDU");
        }
    }

    [Benchmark(Baseline = true)]
    public int BareLoop()
    {
        int sum = 0;
        foreach (byte b in _one)
        {
            sum += b;
        }

        return sum;
    }

    [Benchmark]
    public int OneSegment() => DecodeDecideEncode(_one);

    [Benchmark]
    public int TwoSegments() => DecodeDecideEncode(_two);

    private int DecodeDecideEncode(byte[] body)
    {
        if (!MessageDecoder.TryDecode(body, _scratch, NowMs, out MessageBody message, out _))
        {
            return 0;
        }

        int length = message.WriteRecord(_record);
        length += MessageRecord.AppendFrom(message.From, _record.AsSpan(length));
        var facts = new MessageFacts(message.Purpose, message.NotBeforeMs, NowMs + (message.ValiditySeconds * 1000L), SenderAllowed: true, HasRoute: true);
        Verdict verdict = Decision.Decide(_flags[++_sequence % Contacts], in facts, NowMs);
        return verdict.Kind == VerdictKind.Release ? SubmitEncoding.Write(_record.AsSpan(0, length), _sequence, _pdu) : 0;
    }
}
