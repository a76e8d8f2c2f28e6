using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Messages;
using Router.Core.Segments;
using Router.Engine.Providers;
using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

/// <summary>Against an SMSC that Router's authors did not write: the server of npm's <c>smpp</c>.</summary>
public sealed class SmppAgainstNpmTests
{
    private const int Many = 20_000;

    [Fact]
    public async Task Twenty_thousand_messages_each_get_an_outcome_and_a_receipt()
    {
        await using Smsc smsc = await Smsc.Start();
        (Driver driver, SmppProvider provider) = await Run(smsc, Many, """ "binds":2,"window":100 """);
        Assert.Equal(Many, driver.Delivered.Count);
        Assert.Equal(Many, driver.Count(OutcomeKind.Sent));
        Func<string, int> stats = await smsc.Stats();
        while (stats("receiptsAcked") < Many) // the last answers are on their way
        {
            stats = await smsc.Stats();
        }

        Assert.Equal((Many, Many, Many), (stats("accepted"), stats("different"), stats("receiptsAcked")));
        await provider.DrainAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("hex", "dec", "text", "auto")]
    [InlineData("dec", "hex", "text", "auto")]
    [InlineData("hex", "dec", "tlv", "dec")]
    [InlineData("dec", "hex", "tlv", "hex")]
    [InlineData("text", "text", "tlv", "auto")]
    public async Task Receipts_find_their_message_whatever_the_form_of_ids(string response, string receipt, string kind, string idForm)
    {
        await using Smsc smsc = await Smsc.Start($$"""{"responseIds":"{{response}}","receiptIds":"{{receipt}}","receipts":"{{kind}}"}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 500, $$""" "idForm":"{{idForm}}" """);
        await using (provider)
        {
            Assert.Equal(500, driver.Delivered.Count);
        }
    }

    [Fact]
    public async Task Receipts_before_their_response_are_told_first_and_find_it_later()
    {
        await using Smsc smsc = await Smsc.Start("""{"receiptsFirst":true}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 1_000, """ "window":50 """);
        await using (provider)
        {
            Assert.Equal(1_000, driver.Delivered.Count);
            Assert.Equal(0, driver.Unmatched);
        }
    }

    [Fact]
    public async Task Throttled_and_queue_full_by_chance_lose_nothing()
    {
        await using Smsc smsc = await Smsc.Start("""{"throttleShare":0.02,"queueFullShare":0.02}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 4_000, """ "binds":2,"window":100 """);
        await using (provider)
        {
            Func<string, int> stats = await smsc.Stats();
            Assert.Equal((4_000, 4_000), (stats("accepted"), stats("different")));
            Assert.Equal(stats("throttled"), driver.Count(OutcomeKind.Throttled));
            Assert.InRange(driver.Count(OutcomeKind.Throttled), 80, 320);
        }
    }

    [Fact]
    public async Task A_carrier_s_limit_is_met_without_running_against_it()
    {
        await using Smsc smsc = await Smsc.Start("""{"limitPerSecond":300,"receipts":"none"}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 1_200, """ "window":100 """, receipts: false);
        await using (provider)
        {
            Assert.Equal(1_200, driver.Sent.Count);
            Assert.InRange(driver.Count(OutcomeKind.Throttled), 1, 600);
        }
    }

    [Fact]
    public async Task Links_cut_with_half_the_window_in_flight_and_throttling_lose_nothing_of_twenty_thousand()
    {
        await using Smsc smsc = await Smsc.Start("""{"dropEvery":1500,"hold":10,"drops":12,"throttleShare":0.01}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, Many, """ "binds":4,"window":20 """);
        await using (provider)
        {
            Func<string, int> stats = await smsc.Stats();
            Assert.Equal((Many, Many, Many), (driver.Sent.Count, driver.Delivered.Count, stats("different")));
            Assert.Equal(12, stats("dropped"));
            Assert.Equal(12, provider.Counters[SmppCount.LinksLost]);

            // Only what was unknown was repeated: at most binds × window a cut.
            Assert.InRange(driver.Count(OutcomeKind.Unknown), 12 * 10, 12 * 20);
            Assert.InRange(stats("accepted") - Many, 1, driver.Count(OutcomeKind.Unknown));
        }
    }

    [Fact]
    public async Task Answers_that_never_come_are_unknown_and_tried_again()
    {
        await using Smsc smsc = await Smsc.Start("""{"silentShare":0.02,"receipts":"none"}""");
        (Driver driver, SmppProvider provider) = await Run(smsc, 1_000, """ "window":50,"responseTimeoutSeconds":1 """, receipts: false);
        await using (provider)
        {
            Func<string, int> stats = await smsc.Stats();
            Assert.Equal(1_000, stats("different"));
            Assert.InRange(stats("silent"), 5, 50);
            Assert.InRange(driver.Count(OutcomeKind.Unknown), stats("silent"), stats("silent") + 50); // a loaded machine may be late as well
        }
    }

    [Fact]
    public async Task Answers_after_the_time_out_are_stray_and_change_nothing()
    {
        await using Smsc smsc = await Smsc.Start("""{"delayMs":1500,"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "responseTimeoutSeconds":1 """);
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal(OutcomeKind.Unknown, events.Outcomes[0].Kind);
        while (provider.Counters[SmppCount.Stray] == 0)
        {
            await smsc.Stats();
        }

        Assert.Single(events.Outcomes);
    }

    [Theory]
    [InlineData(0x0B, Reason.InvalidAddress)]
    [InlineData(0x0A, Reason.SenderNotAllowed)]
    [InlineData(0xC2, Reason.ProviderRefused)]
    public async Task A_refusal_for_good_is_told_with_its_reason(int status, Reason reason)
    {
        await using Smsc smsc = await Smsc.Start($$$"""{"refuse":{"393300000001":{{{status}}}}}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1), Driver.Plain(2)]);
        await events.Until(static e => e.Outcomes.Count == 2);
        Outcome refused = events.Outcomes.Single(static o => Departing.Number(o.Message) == 1);
        Assert.Equal((OutcomeKind.Refused, reason), (refused.Kind, refused.Reason));
        Assert.Equal(1, events.Count(OutcomeKind.Sent));
    }

    [Fact]
    public async Task A_passing_fault_is_failed_and_a_nack_too()
    {
        await using Smsc smsc = await Smsc.Start("""{"refuse":{"393300000001":8}}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal((OutcomeKind.Failed, Reason.ProviderFailed), (events.Outcomes[0].Kind, events.Outcomes[0].Reason));
    }

    [Fact]
    public async Task A_submit_reaches_the_carrier_as_it_was_meant()
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "systemType":"vma" """);
        JsonElement bound = await smsc.Next("systemId");
        Assert.Equal("router", bound.GetString());
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, text: "ciao @_$ €", to: "+393331234567", from: "Router", validSeconds: 7_200)]);
        JsonElement submit = await smsc.Next("submit");
        Assert.Equal("ciao @_$ €", submit.GetProperty("text").GetString());
        Assert.Equal(("Router", 5, 0), (submit.GetProperty("from").GetString(), submit.GetProperty("fromTon").GetInt32(), submit.GetProperty("fromNpi").GetInt32()));
        Assert.Equal(("393331234567", 1, 1), (submit.GetProperty("to").GetString(), submit.GetProperty("toTon").GetInt32(), submit.GetProperty("toNpi").GetInt32()));
        Assert.Equal((0, 0, 1), (submit.GetProperty("esm").GetInt32(), submit.GetProperty("coding").GetInt32(), submit.GetProperty("registered").GetInt32()));
        await events.Until(static e => e.Receipts.Count == 1);
    }

    [Theory]
    [InlineData("GSM with brackets [] and €, ", 3)]
    [InlineData("Ünïcödé 😀 текст, ", 4)]
    public async Task Long_messages_come_together_again_at_the_carrier(string part, int times)
    {
        string text = string.Concat(Enumerable.Repeat(part, times * 6));
        int segments = SmsText.Measure(Encoding.UTF8.GetBytes(text), out _);
        Assert.InRange(segments, 3, 20);
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "window":2 """);
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, text: text, segments: segments, releaseMs: 10_000)]);
        JsonElement message = await smsc.Next("message");
        Assert.Equal((text, segments), (message.GetProperty("text").GetString(), message.GetProperty("total").GetInt32()));
        await events.Until(e => e.Receipts.Count == segments);
        Assert.Equal(Enumerable.Range(0, segments), events.Outcomes.Select(static o => (int)o.Segment).Order());
    }

    [Fact]
    public async Task A_segment_tried_again_alone_completes_the_message()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789", 40));
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        Departure first = Departing.Make(TimeProvider.System, 1, text: text, segments: 3, releaseMs: 10_000);
        first.SegmentsDone = [0b010];
        provider.Submit([first]);
        await events.Until(static e => e.Outcomes.Count == 2);
        Departure second = Departing.Make(TimeProvider.System, 1, text: text, segments: 3, releaseMs: 10_000);
        second.FirstSegment = 1;
        second.SegmentCount = 1;
        provider.Submit([second]);
        JsonElement message = await smsc.Next("message");
        Assert.Equal(text, message.GetProperty("text").GetString());
        await events.Until(static e => e.Outcomes.Count == 3);
        Assert.Equal([0, 2, 1], events.Outcomes.Take(3).Select(static o => (int)o.Segment));
    }

    [Fact]
    public async Task Messages_of_one_conversation_arrive_in_the_order_given()
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true,"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "binds":4,"window":20 """);
        while (provider.Window < 80)
        {
            await smsc.Stats();
        }

        // Ten conversations of twenty messages each, mixed; the peer reads four links in its own order.
        provider.Submit([.. Enumerable.Range(0, 200).Select(static n =>
            Departing.Make(TimeProvider.System, n, text: $"{n}", to: $"+39333{n % 10:0000000}", conversation: (ulong)(n % 10) + 1, releaseMs: 30_000))]);
        await events.Until(static e => e.Outcomes.Count == 200);
        Assert.Equal(200, events.Count(OutcomeKind.Sent));
        var last = new Dictionary<string, int>();
        for (int i = 0; i < 200; i++)
        {
            JsonElement submit = await smsc.Next("submit");
            string to = submit.GetProperty("to").GetString()!;
            int n = int.Parse(submit.GetProperty("text").GetString()!, CultureInfo.InvariantCulture);
            Assert.InRange(n, last.GetValueOrDefault(to, -1) + 1, 199);
            last[to] = n;
        }
    }

    [Fact]
    public async Task A_transmitter_and_a_receiver_work_as_one_account()
    {
        await using Smsc smsc = await Smsc.Start();
        (Driver driver, SmppProvider provider) = await Run(smsc, 1_000, """ "bind":"transmitter+receiver","binds":2 """);
        await using (provider)
        {
            Assert.Equal(1_000, driver.Delivered.Count);
            Assert.Equal(20, provider.Window);
            Assert.Equal(4, (await smsc.Stats())("binds"));
        }
    }

    [Fact]
    public async Task Receipts_that_could_not_be_kept_come_again()
    {
        int asked = 0;
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents { Keep = _ => ++asked > 3 };
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Receipts.Count == 4);
        Assert.Single(events.Receipts.Select(static r => r.ReceiptKey).Distinct());
        Func<string, int> stats;
        do
        {
            stats = await smsc.Stats();
        }
        while (stats("receiptsAcked") == 0);
        Assert.Equal((1, 3), (stats("receiptsAcked"), stats("receiptsPutBack")));
    }

    [Fact]
    public async Task A_receipt_is_answered_only_once_acknowledged_and_not_at_all_when_its_link_is_gone()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents { HoldAcknowledgements = true };
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Receipts.Count == 1);
        Assert.Equal(0, (await smsc.Stats())("receiptsAcked"));
        await smsc.Tell("""{"do":"cut"}""");
        await events.Until(static e => e.Receipts.Count == 2); // over the next link
        events.Unacknowledged[0](true);
        events.Unacknowledged[1](true);
        while ((await smsc.Stats())("receiptsAcked") == 0)
        {
        }

        Assert.Equal(1, (await smsc.Stats())("receiptsAcked"));
    }

    [Theory]
    [InlineData("not a number", "+391110000", Reason.InvalidAddress)]
    [InlineData("4499", "+391110000", Reason.InvalidAddress)]
    [InlineData("+123456789012345678901", "+391110000", Reason.InvalidAddress)]
    [InlineData("+393331234567", "a sender's name of 22 c", Reason.SenderNotAllowed)]
    [InlineData("+393331234567", "Rœuter", Reason.SenderNotAllowed)]
    public async Task What_SMPP_cannot_address_is_refused_before_it_is_written(string to, string from, Reason reason)
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, to: to, from: from)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal((OutcomeKind.Refused, reason), (events.Outcomes[0].Kind, events.Outcomes[0].Reason));
        Assert.Equal(0, (await smsc.Stats())("submits"));
    }

    internal static SmppProvider Make(Smsc smsc, IProviderEvents events, string more, TimeProvider? time = null)
    {
        string comma = more.Length == 0 ? "" : ",";
        string settings = $$"""{"host":"127.0.0.1","port":{{smsc.Port}},"systemId":"router","password":"secret"{{comma}}{{more}}}""";
        var provider = (SmppProvider)new SmppProviderFactory(NullLoggerFactory.Instance)
            .Create(Departing.Account("smpp", settings), events, new TestHash(), time ?? TimeProvider.System, seed: 1);
        provider.Start();
        return provider;
    }

    internal static async Task<(Driver Driver, SmppProvider Provider)> Run(Smsc smsc, int messages, string more, Func<int, Departure>? make = null, bool receipts = true)
    {
        var driver = new Driver(messages, TimeProvider.System, make ?? Driver.Plain);
        SmppProvider provider = Make(smsc, driver, more);
        await driver.Run(provider, receipts);
        Assert.Equal(0, driver.Unbalanced);
        return (driver, provider);
    }
}
