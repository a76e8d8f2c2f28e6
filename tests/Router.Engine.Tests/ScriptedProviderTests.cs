using Microsoft.Extensions.Time.Testing;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Testing;

namespace Router.Engine.Tests;

/// <summary>The provider by script keeps to the port: one outcome a segment due, nothing written after a release's end.</summary>
public sealed class ScriptedProviderTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly ProviderLog log = new();
    private readonly ScriptedProviderFactory factory = new();
    private ScriptedProvider provider;

    public ScriptedProviderTests() => provider = Make(null);

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    [Fact]
    public void By_hand_each_segment_due_gets_the_outcome_the_test_names()
    {
        provider.Start();
        provider.Submit([NewDeparture(1), NewDeparture(2, segments: 3, done: [0b010])]);
        Assert.Equal(3, provider.InFlight);
        Assert.Equal("text 1", provider.Departures[0].Text);

        Assert.Equal(1, provider.Settle(Some.Id(1, 1), OutcomeKind.Throttled, retryAfterMs: 50));
        Assert.Equal(2, provider.SettleAll());

        Assert.Equal([(1, 0, OutcomeKind.Throttled), (2, 0, OutcomeKind.Sent), (2, 2, OutcomeKind.Sent)], Outcomes());
        Assert.Equal((50, 0ul), (log.Outcomes[0].RetryAfterMs, log.Outcomes[0].ReceiptKey));
        Assert.Equal(2, log.Outcomes.Select(static o => o.ReceiptKey).Where(static k => k != 0).Distinct().Count());
        Assert.Equal(0, provider.InFlight);
        Assert.Equal(0, provider.SettleAll());
    }

    [Fact]
    public void What_is_written_after_its_release_ended_lapses()
    {
        provider.Start();
        provider.WritesAtOnce = false;
        provider.Submit([NewDeparture(1), NewDeparture(2, releaseMs: 500)]);
        time.Advance(TimeSpan.FromMilliseconds(251));

        provider.Write();

        Assert.Equal([(1, 0, OutcomeKind.Lapsed)], Outcomes());
        Assert.Equal(Some.Id(1, 2), Assert.Single(provider.Written).Id);
    }

    [Fact]
    public void Going_down_ends_what_was_written_as_unknown_and_the_rest_as_unsent()
    {
        provider.Start();
        provider.Submit([NewDeparture(1)]);
        provider.WritesAtOnce = false;
        provider.Submit([NewDeparture(2)]);

        provider.GoDown();
        provider.Submit([NewDeparture(3)]);

        Assert.Equal([(1, 0, OutcomeKind.Unknown), (2, 0, OutcomeKind.Unsent), (3, 0, OutcomeKind.Unsent)], Outcomes());
        Assert.Equal([true, false], log.Health);
    }

    [Fact]
    public void A_receipt_names_the_key_of_its_outcome()
    {
        provider.Start();
        provider.Submit([NewDeparture(1)]);
        provider.SettleAll();

        Assert.Equal(1, provider.Receive(Some.Id(1, 1), MessageStatus.Undelivered, Reason.Undeliverable));

        Receipt receipt = Assert.Single(log.Receipts);
        Assert.Equal((log.Outcomes[0].ReceiptKey, MessageStatus.Undelivered, Reason.Undeliverable), (receipt.ReceiptKey, receipt.Status, receipt.Reason));
        Assert.Equal(1, provider.AcknowledgedCount);
    }

    [Fact]
    public void A_receipt_not_acknowledged_comes_again()
    {
        provider.Start();
        provider.Submit([NewDeparture(1)]);
        provider.SettleAll();
        log.Acknowledges = false;
        provider.Receive(Some.Id(1, 1));
        log.Acknowledges = true;
        Assert.Single(log.Receipts);

        time.Advance(TimeSpan.FromMilliseconds(1_000));

        Assert.Equal(2, log.Receipts.Count);
        Assert.Equal((1L, 1L), (provider.AcknowledgedCount, provider.RefusedReceiptCount));
    }

    [Fact]
    public void The_smooth_policy_sends_and_delivers_within_the_call()
    {
        provider = Make(ScriptedPolicy.Smooth);
        provider.Start();

        provider.Submit([NewDeparture(1, segments: 2)]);

        Assert.Equal([(1, 0, OutcomeKind.Sent), (1, 1, OutcomeKind.Sent)], Outcomes());
        Assert.Equal(log.Outcomes.Select(static o => o.ReceiptKey), log.Receipts.Select(static r => r.ReceiptKey));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    public void The_rough_policy_gives_each_segment_one_outcome_and_the_same_seed_gives_the_same_run(int seed)
    {
        (string Run, int[] Kinds) first = RoughRun(seed);
        Assert.Equal(first.Run, RoughRun(seed).Run);
        Assert.NotEqual(first.Run, RoughRun(seed + 1).Run);
        Assert.All([(int)OutcomeKind.Sent, (int)OutcomeKind.Lapsed, (int)OutcomeKind.Throttled, (int)OutcomeKind.Unknown], k => Assert.Contains(k, first.Kinds));
    }

    [Fact]
    public async Task Draining_waits_for_what_is_written_and_gives_back_the_rest()
    {
        provider.Start();
        provider.Submit([NewDeparture(1)]);
        provider.WritesAtOnce = false;
        provider.Submit([NewDeparture(2)]);

        Task drain = provider.DrainAsync(TestContext.Current.CancellationToken);
        Assert.False(drain.IsCompleted);
        provider.Submit([NewDeparture(3)]);
        provider.SettleAll();
        await drain;

        Assert.Equal([(2, 0, OutcomeKind.Unsent), (3, 0, OutcomeKind.Unsent), (1, 0, OutcomeKind.Sent)], Outcomes());
        Assert.False(provider.IsUp);
    }

    private (string Run, int[] Kinds) RoughRun(int seed)
    {
        var own = new ProviderLog();
        using var made = new Scope(Make(ScriptedPolicy.Rough, own, seed));
        made.Provider.Start();
        for (int i = 0; i < 300; i++)
        {
            made.Provider.Submit([NewDeparture(i)]);
            time.Advance(TimeSpan.FromMilliseconds(7));
        }

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, made.Provider.InFlight);
        Assert.Equal(300, own.Outcomes.Select(static o => o.Message).Distinct().Count());
        Assert.Equal(300, own.Outcomes.Count);
        Assert.All(made.Provider.Written, static d => Assert.True(d.WrittenAt <= d.ReleaseEnd));
        Assert.Equal(made.Provider.Written.Select(static d => d.Number).Order(), made.Provider.Written.Select(static d => d.Number));
        return (string.Join(' ', own.Outcomes.Select(static o => $"{o.Message.Head}:{o.Kind}")), [.. own.Outcomes.Select(static o => (int)o.Kind)]);
    }

    private ScriptedProvider Make(ScriptedPolicy? policy, ProviderLog? events = null, int seed = 1)
    {
        var settings = new ProviderSettings { Kind = factory.Kind, Channels = ["sms"] };
        var made = (ScriptedProvider)factory.Create(new ProviderAccount(9, "script", settings), events ?? log, new PlainKeyedHash(), time, seed);
        made.Policy = policy;
        return made;
    }

    private Departure NewDeparture(int number, byte segments = 1, int releaseMs = 250, byte[]? done = null)
    {
        byte[] record = Some.Record($"text {number}");
        byte[] rented = RecordPool.Shared.Rent(record.Length);
        record.CopyTo(rented, 0);
        return new Departure
        {
            Id = Some.Id(1, number),
            Conversation = (ulong)number % 3,
            ReleaseEnd = time.GetTimestamp() + (releaseMs * time.TimestampFrequency / 1000),
            ValidUntilMs = Some.NowMs,
            Record = rented,
            RecordLength = record.Length,
            Segments = segments,
            SegmentCount = segments,
            SegmentsDone = done,
        };
    }

    private (int Number, int Segment, OutcomeKind Kind)[] Outcomes() =>
        [.. log.Outcomes.Select(static o => ((int)(((o.Message.UnixMs - Some.NowMs - 1) * 64) + (long)(o.Message.Head & 63)), (int)o.Segment, o.Kind))];

    private sealed class Scope(ScriptedProvider provider) : IDisposable
    {
        public ScriptedProvider Provider { get; } = provider;

        public void Dispose() => Provider.GoDown();
    }
}
