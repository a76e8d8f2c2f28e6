using BenchmarkDotNet.Attributes;
using Router.Core.Limits;
using Router.Core.Messages;
using Router.Engine.Limits;

namespace Router.Bench;

/// <summary>
/// Takes departures from four limits together, is refused by them, and asks a recipient's log. Baseline: a token bucket, which one field and one multiplication make, and which is not exact.
/// The time that passes between asks is part of the operation: 20 µs, so a bucket of 4 ms is entered every 200 asks.
/// </summary>
[MemoryDiagnoser]
public class LimitsBenchmark : IGate
{
    private const long Second = 1_000_000_000;
    private const long Step = Second / 50_000;

    private readonly LimitLender _lender = new(Second, 0, LimitLender.NoneBefore);
    private readonly Limit[] _wide;
    private readonly Limit[] _narrow;
    private readonly RecipientLog _log = new();
    private long _now;
    private long _tokens;
    private long _refilledAt;

    public LimitsBenchmark()
    {
        _wide = Hold(1, 1_000_000);
        _narrow = Hold(2, 10);
    }

    public string Name => "limits: take, refuse, recipient";

    public double BudgetBytes => 0;

    public int OperationsPerRun => 3;

    public void Run()
    {
        TakeTogether();
        Refused();
        Recipient();
    }

    [Benchmark(Baseline = true)]
    public long TokenBucket()
    {
        _now += Step;
        _tokens = Math.Min(Second, _tokens + ((_now - _refilledAt) * 10));
        _refilledAt = _now;
        _tokens -= _tokens > 10 ? 10 : 0;
        return _tokens;
    }

    [Benchmark]
    public int TakeTogether()
    {
        _now += Step;
        return _lender.TakeTogether(_wide, 16, 20, 1, _now).Messages;
    }

    [Benchmark]
    public long Refused()
    {
        _now += Step;
        return _lender.TakeTogether(_narrow, 16, 20, 1, _now).RetryAt;
    }

    [Benchmark]
    public long Recipient()
    {
        _now += Step;
        long nowMs = _now / 1_000_000;
        long at = _log.NextAt(10, 60, nowMs);
        if (at == nowMs)
        {
            _log.Count(10, nowMs + 250);
        }

        return at;
    }

    private Limit[] Hold(int tenant, int perSecond) =>
    [
        _lender.Hold(LimitKey.OfTenant(tenant), perSecond), _lender.Hold(LimitKey.OfChannel(tenant, Channel.Sms), perSecond),
        _lender.Hold(LimitKey.OfSender(tenant, 7), perSecond), _lender.Hold(LimitKey.OfProvider(tenant), perSecond),
    ];
}
