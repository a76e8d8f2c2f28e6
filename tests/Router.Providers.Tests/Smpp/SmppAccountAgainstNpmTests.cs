using System.Text;
using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Segments;
using Router.Engine.Providers;
using Router.Providers.Smpp;
using static Router.Providers.Tests.Smpp.SmppAgainstNpmTests;

namespace Router.Providers.Tests.Smpp;

/// <summary>What an account can set because carriers differ, as npm's <c>smpp</c> sees it.</summary>
public sealed class SmppAccountAgainstNpmTests
{
    [Theory]
    [InlineData("udh16", "GSM with brackets [] and €, ", true)]
    [InlineData("udh16", "Ünïcödé 😀 текст, ", true)]
    [InlineData("sar", "GSM with brackets [] and €, ", false)]
    [InlineData("sar", "Ünïcödé 😀 текст, ", false)]
    public async Task Long_messages_come_together_again_however_they_are_told(string kind, string part, bool byHeader)
    {
        string text = string.Concat(Enumerable.Repeat(part, 15));
        int segments = SmsText.Measure(Encoding.UTF8.GetBytes(text), out _);
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, $"\"longMessages\":\"{kind}\"");
        await events.Until(static e => e.Up);
        Departure departure = Departing.Make(TimeProvider.System, 1, text: text, segments: segments, releaseMs: 10_000);
        ushort reference = (ushort)departure.Id.Tail;
        provider.Submit([departure]);
        JsonElement submit = await smsc.Next("submit");
        string? header = submit.GetProperty("udh").GetString();
        int[]? sar = JsonSerializer.Deserialize<int[]>(submit.GetProperty("sar"));
        Assert.Equal(byHeader ? $"0804{reference:x4}{segments:x2}01" : null, header);
        Assert.Equal(byHeader ? null : [reference, segments, 1], sar);
        Assert.Equal(byHeader ? 0x40 : 0, submit.GetProperty("esm").GetInt32());
        JsonElement message = await smsc.Next("message");
        Assert.Equal((text, segments), (message.GetProperty("text").GetString(), message.GetProperty("total").GetInt32()));
        await events.Until(e => e.Outcomes.Count == segments && e.Receipts.Count == segments);
    }

    [Theory]
    [InlineData("GSM with brackets [] and €, ", 15)]
    [InlineData("Ünïcödé 😀 текст, ", 15)]
    [InlineData("0123456789", 3_901)] // 255 segments
    public async Task A_long_message_may_leave_whole_with_one_answer_and_one_receipt(string part, int times)
    {
        string text = string.Concat(Enumerable.Repeat(part, times));
        int segments = SmsText.Measure(Encoding.UTF8.GetBytes(text), out _);
        Assert.InRange(segments, 3, 255);
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "longMessages":"message_payload" """);
        Assert.True(provider.HasWholeReceipts);
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(2), Departing.Make(TimeProvider.System, 1, text: text, segments: segments, releaseMs: 10_000), Driver.Plain(3)]);
        JsonElement submit;
        do
        {
            submit = await smsc.Next("submit");
        }
        while (!submit.GetProperty("payload").GetBoolean());
        Assert.Equal((text, 0, JsonValueKind.Null), (submit.GetProperty("text").GetString(), submit.GetProperty("esm").GetInt32(), submit.GetProperty("udh").ValueKind));
        await events.Until(e => e.Outcomes.Count == segments + 2 && e.Receipts.Count == 3);
        Outcome[] outcomes = [.. events.Outcomes.Where(static o => Departing.Number(o.Message) == 1)];
        Assert.Equal(Enumerable.Range(0, segments), outcomes.Select(static o => (int)o.Segment));
        Assert.All(outcomes, static o => Assert.Equal(OutcomeKind.Sent, o.Kind));
        Assert.Equal([true, .. Enumerable.Repeat(false, segments - 1)], outcomes.Select(static o => o.ReceiptKey != 0));
        Assert.Equal([false, true, false], new[] { 2, 1, 3 }.Select(n => events.Outcomes.First(o => Departing.Number(o.Message) == n).HasWholeReceipt));
        Assert.Contains(outcomes[0].ReceiptKey, events.Receipts.Select(static r => r.ReceiptKey));
        Assert.Equal(3, (await smsc.Stats())("submits"));
    }

    [Fact]
    public async Task What_a_limit_released_later_of_a_message_that_left_whole_has_left()
    {
        string text = new('x', 600); // four segments
        await using Smsc smsc = await Smsc.Start("""{"echo":true,"refuse":{"393300000009":8}}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "longMessages":"message_payload" """);
        await events.Until(static e => e.Up);
        provider.Submit([Of(1, 0, 3, null)]);
        Assert.Equal(text, (await smsc.Next("submit")).GetProperty("text").GetString());
        await events.Until(static e => e.Outcomes.Count == 3);
        provider.Submit([Of(1, 3, 1, [0b0111]) with { HasLeftWhole = true }]);
        await events.Until(static e => e.Outcomes.Count == 4);
        Assert.Equal([0, 1, 2, 3], events.Outcomes.Select(static o => (int)o.Segment));
        Assert.Equal((4, 1), (events.Count(OutcomeKind.Sent), (await smsc.Stats())("submits")));

        // One whose first segments another account has sent goes on in segments.
        provider.Submit([Of(2, 3, 1, [0b0111])]);
        JsonElement rest = await smsc.Next("submit");
        Assert.Equal("0003", rest.GetProperty("udh").GetString()![..4]);
        await events.Until(static e => e.Outcomes.Count == 5);

        // One that failed is tried again whole.
        provider.Submit([Of(9, 0, 4, null)]);
        await events.Until(static e => e.Outcomes.Count == 9);
        Assert.Equal(4, events.Count(OutcomeKind.Failed));

        Departure Of(int n, byte first, byte count, byte[]? done)
        {
            Departure departure = Departing.Make(TimeProvider.System, n, text: text, segments: 4, to: $"+3933{n:00000000}", releaseMs: 10_000);
            departure.FirstSegment = first;
            departure.SegmentCount = count;
            departure.SegmentsDone = done;
            return departure;
        }
    }

    [Fact]
    public async Task A_whole_message_without_an_answer_is_unknown_in_all_its_segments()
    {
        await using Smsc smsc = await Smsc.Start("""{"silentShare":1,"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "longMessages":"message_payload","window":2 """);
        await events.Until(static e => e.Up);
        provider.Submit([.. Enumerable.Range(1, 2).Select(static n => Departing.Make(TimeProvider.System, n, text: new string('x', 15_300), segments: 100, releaseMs: 60_000))]);
        while ((await smsc.Stats())("submits") < 2)
        {
        }

        await smsc.Tell("""{"do":"cut"}""");
        await events.Until(static e => e.Outcomes.Count == 200);
        Assert.Equal(200, events.Count(OutcomeKind.Unknown));
        Assert.Equal(200, events.Outcomes.Select(static o => (o.Message, o.Segment)).Distinct().Count());
    }

    [Theory]
    [InlineData("gsm", "@è{€}", 0, "\u0000\u0004\u001b(\u001be\u001b)")]
    [InlineData("latin1", "@è{}\n", 0, "@è{}\n")]
    [InlineData("ascii", "@{}", 0, "@{}")]
    [InlineData("latin1", "@è{€}", 8, "\0@\0è\0{ ¬\0}")]
    [InlineData("ascii", "è", 8, "\0è")]
    public async Task A_text_goes_out_in_the_account_s_alphabet(string alphabet, string text, int coding, string latin)
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, $"\"defaultAlphabet\":\"{alphabet}\"");
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, text: text, releaseMs: 10_000)]);
        JsonElement submit = await smsc.Next("submit");
        Assert.Equal(coding, submit.GetProperty("coding").GetInt32());
        Assert.Equal(Convert.ToHexString(Encoding.Latin1.GetBytes(latin)), submit.GetProperty("hex").GetString()!.ToUpperInvariant());
    }

    [Fact]
    public async Task A_text_that_the_account_s_alphabet_cannot_hold_in_as_many_segments_is_refused()
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "defaultAlphabet":"latin1" """);
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, text: new string('x', 100) + "€", releaseMs: 10_000), Departing.Make(TimeProvider.System, 2, text: new string('è', 300), segments: 2, releaseMs: 10_000)]);
        await events.Until(static e => e.Outcomes.Count == 3);
        Assert.Equal((OutcomeKind.Refused, Reason.ProviderRefused), events.Outcomes.Where(static o => Departing.Number(o.Message) == 1).Select(static o => (o.Kind, o.Reason)).Single());
        Assert.Equal(2, events.Count(OutcomeKind.Sent));
        JsonElement first = await smsc.Next("submit");
        Assert.Equal(153 + 6, first.GetProperty("hex").GetString()!.Length / 2);
        Assert.EndsWith("e8e8", first.GetProperty("hex").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_16_bits_would_cut_into_more_segments_than_were_counted_keeps_8()
    {
        string text = new('x', 306); // 2 × 153: three with 152 each
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "longMessages":"udh16" """);
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, text: text, segments: 2, releaseMs: 10_000)]);
        Assert.StartsWith("0003", (await smsc.Next("submit")).GetProperty("udh").GetString(), StringComparison.Ordinal);
        Assert.Equal(text, (await smsc.Next("message")).GetProperty("text").GetString());
        await events.Until(static e => e.Outcomes.Count == 2);
    }

    [Theory]
    [InlineData("", "+391110000", 1, 1, 1, 1)]
    [InlineData("\"sourceTon\":0,\"sourceNpi\":0,\"destinationTon\":2,\"destinationNpi\":3", "+391110000", 0, 0, 2, 3)]
    [InlineData("\"sourceTon\":6", "Router", 6, 0, 1, 1)]
    [InlineData("\"shortCodeTon\":0,\"shortCodeNpi\":9,\"sourceNpi\":1", "4499", 0, 9, 1, 1)]
    [InlineData("\"shortCodeTon\":0,\"sourceNpi\":1", "+391110000", 1, 1, 1, 1)]
    [InlineData("\"sourceTon\":5", "", 0, 0, 1, 1)]
    public async Task Types_of_number_and_plans_are_the_account_s(string settings, string from, int fromTon, int fromNpi, int toTon, int toNpi)
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, settings);
        await events.Until(static e => e.Up);
        provider.Submit([Departing.Make(TimeProvider.System, 1, from: from)]);
        JsonElement submit = await smsc.Next("submit");
        Assert.Equal((fromTon, fromNpi, toTon, toNpi), (
            submit.GetProperty("fromTon").GetInt32(), submit.GetProperty("fromNpi").GetInt32(), submit.GetProperty("toTon").GetInt32(), submit.GetProperty("toNpi").GetInt32()));
        Assert.Equal(("393331234567", from.TrimStart('+')), (submit.GetProperty("to").GetString(), submit.GetProperty("from").GetString()));
    }

    [Fact]
    public async Task A_bind_names_its_system_type_and_range()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "systemType":"vma","addressRange":"^44","addressRangeTon":1,"addressRangeNpi":8 """);
        await smsc.Tell("""{"do":"stats"}""");
        JsonElement range = await smsc.Next("range");
        Assert.Equal("[1,8,\"^44\"]", range.GetRawText());
    }

    [Theory]
    [InlineData("final", 1, true)]
    [InlineData("failure", 2, true)]
    [InlineData("success", 3, true)]
    [InlineData("none", 0, false)]
    public async Task Receipts_are_asked_for_and_awaited_as_set(string setting, int registered, bool awaited)
    {
        await using Smsc smsc = await Smsc.Start("""{"echo":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, $"\"registeredDelivery\":\"{setting}\"");
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        Assert.Equal(registered, (await smsc.Next("submit")).GetProperty("registered").GetInt32());
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal(OutcomeKind.Sent, events.Outcomes[0].Kind);
        Assert.Equal(awaited, events.Outcomes[0].ReceiptKey != 0);
    }

    [Theory]
    [InlineData(0x45, OutcomeKind.Failed, Reason.ProviderFailed)] // mapped: temporary; by default too
    [InlineData(0x0B, OutcomeKind.Failed, Reason.ProviderFailed)] // mapped; refused by default
    [InlineData(0x0414, OutcomeKind.Refused, Reason.OptedOut)]
    [InlineData(0x0415, OutcomeKind.Refused, Reason.ProviderRefused)]
    [InlineData(0x0416, OutcomeKind.Throttled, Reason.None)]
    [InlineData(0x0A, OutcomeKind.Refused, Reason.SenderNotAllowed)] // not mapped: the default
    public async Task A_status_means_what_the_account_says(int status, OutcomeKind kind, Reason reason)
    {
        await using Smsc smsc = await Smsc.Start($$$"""{"refuse":{"393300000001":{{{status}}}}}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(
            smsc, events, """ "errors":{"status":{"0x45":"temporary","11":"temporary","0x414":{"is":"permanent","reason":"opted_out"},"0x415":"permanent","0x416":"throttled"}} """);
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Outcomes.Count == 1);
        Assert.Equal((kind, reason), (events.Outcomes[0].Kind, events.Outcomes[0].Reason));
    }

    [Theory]
    [InlineData(5, "011", MessageStatus.Undelivered, Reason.InvalidAddress)]
    [InlineData(5, "012", MessageStatus.Undelivered, Reason.Undeliverable)] // not mapped
    [InlineData(3, "11", MessageStatus.Undelivered, Reason.InvalidAddress)]
    [InlineData(2, "011", MessageStatus.Delivered, Reason.None)] // delivered is delivered
    public async Task An_error_in_a_receipt_means_what_the_account_says(int state, string error, MessageStatus status, Reason reason)
    {
        await using Smsc smsc = await Smsc.Start($$"""{"receiptState":{{state}},"receiptError":"{{error}}"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "errors":{"receipt":{"11":{"is":"permanent","reason":"invalid_address"}}} """);
        await events.Until(static e => e.Up);
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Receipts.Count == 1);
        Assert.Equal((status, reason), (events.Receipts[0].Status, events.Receipts[0].Reason));
    }

    [Fact]
    public async Task A_temporary_error_in_a_receipt_is_not_its_last_word()
    {
        await using Smsc smsc = await Smsc.Start("""{"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "errors":{"receipt":{"27":"temporary"}} """);
        await events.Until(static e => e.Up);
        const string receipt = "\"source_addr\":\"393331234567\",\"destination_addr\":\"4499\",\"esm_class\":4,\"receipted_message_id\":\"0A\",\"message_state\":5";
        await SmppInboundAgainstNpmTests.Send(smsc, "deliver_sm", receipt + ",\"short_message\":\"\",\"network_error_code\":{\"hex\":\"03001b\"}");
        Assert.Equal(0, (await smsc.Next("inboundAnswer")).GetProperty("status").GetInt32());
        Assert.Equal(1, provider.Counters[SmppCount.Intermediate]);
        Assert.Empty(events.Receipts);
        await SmppInboundAgainstNpmTests.Send(smsc, "deliver_sm", receipt + ",\"short_message\":\"\",\"network_error_code\":{\"hex\":\"03001c\"}");
        await events.Until(static e => e.Receipts.Count == 1);
    }

    [Fact]
    public async Task A_nack_to_an_enquire_link_shows_that_the_peer_is_alive()
    {
        await using Smsc smsc = await Smsc.Start("""{"nackEnquiries":true}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "enquireLinkSeconds":1,"responseTimeoutSeconds":1 """);
        await events.Until(static e => e.Up);
        while ((await smsc.Stats())("enquiries") < 3)
        {
        }

        Assert.Equal([true], events.Health);
        Assert.Equal(0, provider.Counters[SmppCount.Stray]);
    }
}
