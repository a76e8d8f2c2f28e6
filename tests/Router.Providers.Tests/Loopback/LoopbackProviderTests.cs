using Microsoft.Extensions.Time.Testing;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Providers.Loopback;

namespace Router.Providers.Tests.Loopback;

[Collection(Alone.Name)]
public sealed class LoopbackProviderTests
{
    private readonly TestEvents events = new();
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Every_message_gets_one_outcome_and_one_receipt_under_the_same_key()
    {
        await using IProvider provider = Make("{}");
        Submit(provider, 0, 2_000);
        await events.Until(static e => e.Receipts.Count == 2_000);
        Assert.Equal(2_000, events.Outcomes.Select(static o => o.Message).Distinct().Count());
        Assert.All(events.Outcomes, static o => Assert.Equal(OutcomeKind.Sent, o.Kind));
        Assert.Equal(events.Outcomes.Select(static o => o.ReceiptKey).Order(), events.Receipts.Select(static r => r.ReceiptKey).Order());
        Assert.Equal(2_000, events.Count(MessageStatus.Delivered));
        Assert.InRange(events.SettleCalls, 1, 1_000);
    }

    [Fact]
    public async Task No_outcome_comes_on_the_caller_s_stack()
    {
        await using IProvider provider = Make("{}");
        using var inside = new ThreadLocal<bool>();
        bool onCaller = false;
        events.Keep = _ =>
        {
            onCaller |= inside.Value;
            return true;
        };
        inside.Value = true;
        Submit(provider, 0, 100);
        inside.Value = false;
        await events.Until(static e => e.Receipts.Count == 100);
        Assert.False(onCaller);
    }

    [Fact]
    public async Task Segments_with_an_outcome_are_left_out()
    {
        await using IProvider provider = Make("{}");
        Departure departure = Departing.Make(time, 1, segments: 5);
        departure.FirstSegment = 1;
        departure.SegmentCount = 4;
        departure.SegmentsDone = [0b0000_0101];
        provider.Submit([departure]);
        await events.Until(static e => e.Outcomes.Count == 3);
        Assert.Equal([1, 3, 4], events.Outcomes.Select(static o => (int)o.Segment));
    }

    [Fact]
    public async Task A_departure_whose_release_ended_lapses()
    {
        await using IProvider provider = Make("{}");
        Departure departure = Departing.Make(time, 1, releaseMs: -1);
        provider.Submit([departure]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal(OutcomeKind.Lapsed, events.Outcomes[0].Kind);
        Assert.Empty(events.Receipts);
    }

    [Fact]
    public async Task With_echo_a_text_comes_back_from_its_recipient_once_it_is_delivered()
    {
        await using IProvider provider = Make("""{"echo":true,"latencyMs":500}""");
        provider.Submit([Departing.Make(time, 1, text: "STOP", segments: 3), Departing.Make(time, 2, text: "no sender", from: "")]);
        while (provider.Status.InFlight < 4)
        {
            await Task.Yield();
        }

        Assert.Empty(events.Read(static e => e.Inbound));
        time.Advance(TimeSpan.FromMilliseconds(500));
        await events.Until(static e => e.Inbound.Count == 1 && e.Receipts.Count == 4);
        Assert.Equal(new TestInbound("+393331234567", "+391110000", "STOP", 1, 0, 0, ""), events.Inbound[0]);
    }

    [Fact]
    public async Task An_echo_that_could_not_be_kept_comes_again_and_drain_waits_for_it()
    {
        int asked = 0;
        events.KeepInbound = _ => ++asked > 1;
        IProvider provider = Make("""{"echo":true,"receipts":"none"}""");
        provider.Submit([Departing.Make(time, 1)]);
        await events.Until(static e => e.Inbound.Count == 1);
        Task drained = provider.DrainAsync(TestContext.Current.CancellationToken);
        while (!drained.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await drained;
        Assert.Equal(2, events.Inbound.Count);
        Assert.Equal(events.Inbound[0], events.Inbound[1]);
    }

    [Fact]
    public async Task Without_echo_and_for_what_fails_nothing_comes_back()
    {
        await using IProvider provider = Make("""{"echo":true,"failureRate":1}""");
        Submit(provider, 0, 50);
        await events.Until(static e => e.Outcomes.Count == 50);
        await using IProvider silent = Make("{}");
        Submit(silent, 50, 50);
        await events.Until(static e => e.Receipts.Count == 50);
        Assert.Empty(events.Inbound);
    }

    [Fact]
    public async Task Status_shows_what_is_under_way()
    {
        await using IProvider provider = Make("""{"latencyMs":500,"receipts":"none"}""");
        Submit(provider, 0, 3);
        while (provider.Status.InFlight < 3)
        {
            await Task.Yield();
        }

        Assert.Equal(new ProviderStatus(1, 1, 2_000, 3, 0, false, null, null, null), provider.Status);
        time.Advance(TimeSpan.FromMilliseconds(500));
        await events.Until(static e => e.Outcomes.Count == 3);
        while (provider.Status.InFlight > 0)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Outcomes_come_after_the_latency_and_not_before()
    {
        await using IProvider provider = Make("""{"latencyMs":500,"receipts":"none"}""");
        Submit(provider, 0, 10);
        Submit(provider, 10, 1, releaseMs: -1);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal(OutcomeKind.Lapsed, events.Outcomes[0].Kind);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(1, events.Read(static e => e.Outcomes.Count));
        await Advance(static e => e.Outcomes.Count == 11);
        Assert.Equal(10, events.Count(OutcomeKind.Sent));
        Assert.All(events.Outcomes, static o => Assert.Equal(0ul, o.ReceiptKey));
    }

    [Fact]
    public async Task Throttling_and_failures_come_at_their_rates_and_the_same_for_the_same_seed()
    {
        OutcomeKind[][] runs = new OutcomeKind[2][];
        for (int run = 0; run < 2; run++)
        {
            var told = new TestEvents();
            await using IProvider provider = Make("""{"failureRate":0.25,"throttleRate":0.25}""", told);
            Submit(provider, 0, 2_000);
            await told.Until(static e => e.Outcomes.Count == 2_000);
            runs[run] = [.. told.Outcomes.Select(static o => o.Kind)];
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.InRange(runs[0].Count(static k => k == OutcomeKind.Throttled), 400, 600);
        Assert.InRange(runs[0].Count(static k => k == OutcomeKind.Failed), 400, 600);
    }

    [Fact]
    public async Task A_receipt_that_could_not_be_kept_comes_again()
    {
        int asked = 0;
        events.Keep = _ => ++asked > 1;
        await using IProvider provider = Make("{}");
        Submit(provider, 0, 1);
        await events.Until(static e => e.Receipts.Count == 1);
        await Advance(static e => e.Receipts.Count == 2);
        Assert.Equal(events.Receipts[0].ReceiptKey, events.Receipts[1].ReceiptKey);
    }

    [Fact]
    public async Task Nothing_is_taken_while_too_many_receipts_wait_for_their_acknowledgement()
    {
        events.HoldAcknowledgements = true;
        await using IProvider provider = Make("{}", inFlight: 10);
        Assert.Equal(10, provider.Window);
        for (int i = 0; i < 9; i++)
        {
            Submit(provider, i * 10, 10);
            int expected = (i + 1) * 10;
            await events.Until(e => e.Receipts.Count == expected);
        }

        Assert.Equal(0, provider.Window);
        foreach (Action<bool> acknowledge in events.Unacknowledged)
        {
            acknowledge(true);
        }

        Assert.Equal(10, provider.Window);
    }

    [Fact]
    public async Task More_than_twice_the_window_is_throttled()
    {
        await using IProvider provider = Make("{}", inFlight: 4);
        Submit(provider, 0, 100);
        await events.Until(static e => e.Outcomes.Count == 100);
        Assert.InRange(events.Count(OutcomeKind.Throttled), 1, 92);
    }

    [Fact]
    public async Task Drain_waits_for_what_is_under_way_and_ends_down()
    {
        IProvider provider = Make("""{"latencyMs":500}""");
        Submit(provider, 0, 10);
        while (provider.Status is { Queued: > 0 } or { InFlight: < 10 })
        {
            await Task.Yield(); // until it has them: time that goes on before would end their release
        }

        Task drained = provider.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, provider.Window);
        Submit(provider, 10, 1);
        await Advance(static e => e.Outcomes.Count == 11);
        await drained;
        Assert.Equal(10, events.Count(OutcomeKind.Sent));
        Assert.Equal(1, events.Count(OutcomeKind.Unsent));
        Assert.Equal(10, events.Receipts.Count);
        Assert.Equal([true, false], events.Health);
    }

    [Fact]
    public async Task Disposed_with_messages_under_way_it_tells_them_unknown()
    {
        IProvider provider = Make("""{"latencyMs":500}""");
        Submit(provider, 0, 10);
        Submit(provider, 10, 1, releaseMs: -1);
        await events.Until(static e => e.Outcomes.Count == 1);
        await provider.DisposeAsync();
        Assert.Equal(10, events.Count(OutcomeKind.Unknown));
        Assert.Empty(events.Receipts);
    }

    [Fact]
    public async Task Loopback_settles_without_allocating()
    {
        var counter = new CountingEvents();
        await using IProvider provider = new LoopbackProviderFactory().Create(Departing.Account("loopback", "{}"), counter, new TestHash(), TimeProvider.System, 1);
        provider.Start();
        var departures = new Departure[1_000];
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < departures.Length; i++)
            {
                departures[i] = Departing.Make(TimeProvider.System, i, releaseMs: 60_000);
            }

            // Warm first; then the whole process's bytes: the loop runs on the pool's threads.
            long before = GC.GetTotalAllocatedBytes(precise: true);
            counter.Expect(departures.Length);
            provider.Submit(departures);
            counter.Done.Wait(TestContext.Current.CancellationToken);
            long bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            if (round > 2 && bytes < departures.Length)
            {
                return; // below a byte a message: other tests of the process may allocate beside it in other rounds
            }
        }

        Assert.Fail("each of 17 rounds of 1,000 messages allocated a byte a message or more");
    }

    private IProvider Make(string settings, TestEvents? told = null, int? inFlight = null)
    {
        IProvider provider = new LoopbackProviderFactory().Create(Departing.Account("loopback", settings, inFlight), told ?? events, new TestHash(), time, seed: 42);
        provider.Start();
        return provider;
    }

    private void Submit(IProvider provider, int first, int count, int releaseMs = 250) =>
        provider.Submit([.. Enumerable.Range(first, count).Select(n => Departing.Make(time, n, releaseMs: releaseMs))]);

    // The timer may be set after the first step of time: step until the condition holds.
    private async Task Advance(Func<TestEvents, bool> condition)
    {
        Task until = events.Until(condition);
        while (!until.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await until;
    }

    private sealed class CountingEvents : IProviderEvents
    {
        private int left;

        public ManualResetEventSlim Done { get; } = new();

        public void Expect(int receipts)
        {
            Done.Reset();
            left = receipts;
        }

        public void Settle(ReadOnlySpan<Outcome> outcomes)
        {
        }

        public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token)
        {
            acknowledge(state, token, true);
            if (Interlocked.Decrement(ref left) == 0)
            {
                Done.Set();
            }
        }

        /// <inheritdoc/>
        public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token) => acknowledge(state, token, true);

        public void HealthChanged(int provider, bool up)
        {
        }
    }
}
