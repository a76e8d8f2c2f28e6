using BenchmarkDotNet.Attributes;
using Router.Core.Consent;
using Router.Core.Messages;

namespace Router.Bench;

/// <summary>Decides about 1,024 messages of contacts whose flags differ. Baseline: a loop over the same flags and facts that only adds them up. Aim: 200 ns a decision.</summary>
/// <remarks>Seen: 4.9 ns a decision, the bare loop 1.6 ns, 0 B.</remarks>
[MemoryDiagnoser]
public class DecideBenchmark : IGate
{
    private const int Messages = 1_024;
    private const long Now = 1_790_000_000_000;

    private readonly ContactFlags[] _flags = new ContactFlags[Messages];
    private readonly MessageFacts[] _facts = new MessageFacts[Messages];

    public DecideBenchmark()
    {
        var random = new Random(7);
        for (int i = 0; i < Messages; i++)
        {
            // A campaign as it is: one in 32 each blocked, suppressed, withdrawn, scheduled, expired.
            bool One() => random.Next(32) == 0;
            var purpose = (Purpose)random.Next(4);
            _flags[i] = default(ContactFlags).With(purpose, One() ? ConsentState.Withdrawn : ConsentState.Granted).WithBlocked(One()).WithSuppressed(One());
            _facts[i] = new MessageFacts(purpose, One() ? Now + 60_000 : 0, One() ? Now : Now + 3_600_000, SenderAllowed: true, HasRoute: true);
        }
    }

    public string Name => "decide: 1,024 messages";

    public double BudgetBytes => 0;

    public int OperationsPerRun => Messages;

    public void Run() => Decide();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public long BareLoop()
    {
        long sum = 0;
        for (int i = 0; i < _flags.Length; i++)
        {
            ref MessageFacts facts = ref _facts[i];
            sum += _flags[i].Bits + facts.ValidUntilMs + facts.NotBeforeMs + (byte)facts.Purpose;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Decide()
    {
        int released = 0;
        for (int i = 0; i < _flags.Length; i++)
        {
            released += Decision.Decide(_flags[i], in _facts[i], Now).Kind == VerdictKind.Release ? 1 : 0;
        }

        return released;
    }
}
