using System.Diagnostics;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Engine.Traces;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>What is told of a traced message: where it waited, and each try of a provider; on the engine's clock, under the span that it came by.</summary>
public sealed class TraceTests : IDisposable
{
    private static ulong traces;
    private readonly HeardSpans spans = new(EngineTraces.Name);
    private readonly TraceContext trace = new(0xABCD, Interlocked.Increment(ref traces), 7);

    public void Dispose() => spans.Dispose();

    [Fact]
    public void A_message_is_told_waiting_and_with_its_provider()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Queue(trace: trace);
        h.Queue(2); // another, that nobody traces
        h.RunUntilIdle();
        long accepted = h.NowMs;
        h.Advance(400);
        h.Provider.Window = 9;
        long left = 0;
        h.Advance(2_000, each: () => left = left == 0 && h.Provider.Written.Count > 0 ? h.NowMs : left);
        h.Provider.SettleAll();
        h.RunUntilIdle();

        Assert.Equal(["queued", "send scripted"], Names());
        Activity waited = Told()[0];
        Activity sent = Told()[1];
        Assert.Equal($"messaging.system=router messaging.message.id={posted.Id} router.channel=sms", HeardSpans.TagsOf(waited));
        Assert.Equal(
            $"messaging.system=router messaging.message.id={posted.Id} router.channel=sms messaging.operation.type=send router.provider=p router.outcome=sent", HeardSpans.TagsOf(sent));
        Assert.All(Told(), s => Assert.Equal((trace.ToParent().SpanId, true), (s.ParentSpanId, s.HasRemoteParent)));
        Assert.Equal((ActivityKind.Internal, ActivityKind.Client), (waited.Kind, sent.Kind));
        Assert.Equal(accepted, Ms(waited.StartTimeUtc));
        Assert.Equal(waited.StartTimeUtc + waited.Duration, sent.StartTimeUtc);
        Assert.Equal(left, Ms(sent.StartTimeUtc));
        Assert.InRange(left, accepted + 400, h.NowMs - 100);
        Assert.Equal(h.NowMs, Ms(sent.StartTimeUtc + sent.Duration));
        Assert.Equal(ActivityStatusCode.Unset, sent.Status);
    }

    [Fact]
    public void Each_try_is_a_span_and_what_was_not_tried_waits_on()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.Retry = new RetryRule(5, 1_000, 1_000)).Simple();
        h.Queue(trace: trace);
        h.RunUntilIdle();
        h.Provider.SettleAll(OutcomeKind.Throttled);
        h.Advance(2_000);
        Assert.Empty(Told());
        h.Provider.SettleAll(OutcomeKind.Failed);
        h.Advance(3_000);
        h.Provider.SettleAll(OutcomeKind.Refused);
        h.RunUntilIdle();

        Assert.Equal(["queued", "send scripted", "queued", "send scripted"], Names());
        Assert.Equal(["failed", "refused"], Told().Select(static s => s.GetTagItem("error.type")).OfType<string>());
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Error], Told().Where(static s => s.Kind == ActivityKind.Client).Select(static s => s.Status));
        Assert.Equal(Told()[1].StartTimeUtc + Told()[1].Duration, Told()[2].StartTimeUtc);
        h.AssertAllEnded();
    }

    [Fact]
    public void Segments_handed_over_together_are_one_span_with_the_worst_outcome()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.Retry = new RetryRule(5, 1_000, 1_000)).Simple();
        Posted posted = h.Queue(segments: 3, trace: trace);
        h.RunUntilIdle();
        h.Provider.Settle(posted.Id, segment: 0);
        h.Provider.Settle(posted.Id, OutcomeKind.Failed, segment: 1);
        h.RunUntilIdle();
        Assert.Empty(Told());
        h.Provider.Settle(posted.Id, OutcomeKind.Lapsed, segment: 2);
        h.Advance(3_000);
        h.Provider.Settle(posted.Id, segment: 1);
        h.Provider.Settle(posted.Id, OutcomeKind.Throttled, segment: 2);
        h.Advance(3_000);
        h.Provider.SettleAll();
        h.RunUntilIdle();

        Assert.Equal(["failed", "sent", "sent"], Told().Select(static s => s.GetTagItem("router.outcome")).OfType<string>());
        h.AssertAllEnded();
    }

    [Fact]
    public void A_message_that_ends_waiting_tells_how()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        h.Queue(validitySeconds: 2, trace: trace);
        h.RunUntilIdle();
        h.Advance(4_000, 50);

        Activity waited = Assert.Single(Told());
        Assert.Equal(("queued", "expired"), (waited.DisplayName, waited.GetTagItem("router.status")));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_message_taken_up_after_a_crash_is_told_in_its_trace()
    {
        var store = new MemoryStore();
        var time = new SteppedTime();
        using (EngineHarness h = new EngineHarness(store: store, time: time).Simple())
        {
            h.Queue(trace: trace);
            h.RunUntilIdle();
            Assert.Single(h.Provider.Written);
        }

        using EngineHarness next = new EngineHarness(store: store, time: time).Simple();
        next.Advance(2_000);
        next.Provider.SettleAll();
        next.RunUntilIdle();

        Assert.Equal(["queued", "send scripted"], Names());
    }

    [Fact]
    public void Nothing_is_told_after_its_slot_is_another_messages()
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth).Simple();
        h.Queue(trace: trace);
        h.RunUntilIdle();
        Assert.Equal(2, Told().Count);
        for (int i = 0; i < 5; i++)
        {
            h.Queue(i);
            h.RunUntilIdle();
        }

        h.Queue(9, trace: trace with { TraceHigh = 1 });
        h.RunUntilIdle();
        Assert.Equal(2, Told().Count);
        Assert.Equal(2, spans.Of((trace with { TraceHigh = 1 }).ToParent().TraceId).Count);
        h.AssertAllEnded();
    }

    private IReadOnlyList<Activity> Told() => spans.Of(trace.ToParent().TraceId);

    private IEnumerable<string> Names() => Told().Select(static s => s.DisplayName);

    private static long Ms(DateTime utc) => new DateTimeOffset(utc).ToUnixTimeMilliseconds();
}
