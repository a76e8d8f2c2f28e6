using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Providers.Smpp;
using static Router.Providers.Tests.Smpp.SmppAgainstNpmTests;

namespace Router.Providers.Tests.Smpp;

/// <summary>Messages from subscribers as npm's <c>smpp</c> encodes and sends them.</summary>
public sealed class SmppInboundAgainstNpmTests
{
    private const string From = "\"source_addr_ton\":1,\"source_addr_npi\":1,\"source_addr\":\"393331234567\"";
    private const string To = "\"destination_addr\":\"4499\"";

    [Theory]
    [InlineData("\"data_coding\":0,\"short_message\":\"ciao @_$ € {x}\"", "ciao @_$ € {x}")]
    [InlineData("\"data_coding\":3,\"short_message\":\"caffè ÿ\"", "caffè ÿ")]
    [InlineData("\"data_coding\":8,\"short_message\":\"привет 😀\"", "привет 😀")]
    [InlineData("\"data_coding\":240,\"short_message\":{\"hex\":\"4369616f00\"}", "Ciao@")]
    [InlineData("\"data_coding\":0,\"short_message\":\"\",\"message_payload\":{\"hex\":\"00011b65\"}", "@£€")]
    [InlineData("\"short_message\":{\"udh\":\"03250101\",\"message\":\"İstanbul ğ\"}", "İstanbul ğ")]
    [InlineData("\"data_coding\":0,\"short_message\":{\"udh\":\"06250103240103\",\"message\":{\"hex\":\"411b41\"}}", "AÀ")]
    [InlineData("\"short_message\":\"\"", "")]
    public async Task A_text_is_read_as_the_carrier_says(string fields, string text)
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", $"{From},{To},{fields}");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal(new TestInbound("+393331234567", "4499", text, 1, 0, 0, ""), events.Inbound[0]);
        JsonElement answer = await smsc.Next("inboundAnswer");
        Assert.Equal((0, "deliver_sm_resp"), (answer.GetProperty("status").GetInt32(), answer.GetProperty("command").GetString()));
    }

    [Theory]
    [InlineData("\"short_message\":{\"udh\":\"0500032a0302\",\"message\":\"part\"}", 3, 2, 0x2A)]
    [InlineData("\"short_message\":{\"udh\":\"0608041234ff01\",\"message\":\"part\"}", 255, 1, 0x1234)]
    [InlineData("\"short_message\":\"part\",\"sar_msg_ref_num\":4660,\"sar_total_segments\":3,\"sar_segment_seqnum\":2", 3, 2, 0x1234)]
    [InlineData("\"short_message\":{\"udh\":\"0500032a0304\",\"message\":\"part\"}", 1, 0, 0)] // beyond the last: as if not said
    [InlineData("\"short_message\":{\"udh\":\"0500032a0101\",\"message\":\"part\"}", 1, 1, 0x2A)]
    public async Task A_part_says_of_what_it_is_one(string fields, int parts, int part, int reference)
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", $"{From},{To},\"receipted_message_id\":\"77\",{fields}");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal(new TestInbound("+393331234567", "4499", "part", parts, part, reference, parts == 1 ? "77" : ""), events.Inbound[0]);
    }

    [Fact]
    public async Task Data_sm_carries_messages_and_receipts_too()
    {
        await using Smsc smsc = await Smsc.Start("""{"receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await Send(smsc, "data_sm", $"{From},{To},\"data_coding\":8,\"message_payload\":{{\"hex\":\"0041d83dde00\"}}");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal("A😀", events.Inbound[0].Text);
        JsonElement answer = await smsc.Next("inboundAnswer");
        Assert.Equal((0, "data_sm_resp"), (answer.GetProperty("status").GetInt32(), answer.GetProperty("command").GetString()));

        await Send(smsc, "data_sm", $"{From},{To},\"esm_class\":4,\"receipted_message_id\":\"0A\",\"message_state\":2");
        await events.Until(static e => e.Receipts.Count == 1);
        Assert.Equal(MessageStatus.Delivered, events.Receipts[0].Status);
        Assert.Equal("data_sm_resp", (await smsc.Next("inboundAnswer")).GetProperty("command").GetString());
    }

    [Fact]
    public async Task A_message_is_answered_only_once_kept_and_comes_again_until_then()
    {
        int asked = 0;
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents { KeepInbound = _ => ++asked > 2 };
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", $"{From},{To},\"short_message\":\"STOP\"");
        await events.Until(static e => e.Inbound.Count == 3);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0x64, (await smsc.Next("inboundAnswer")).GetProperty("status").GetInt32());
        }

        Assert.Equal(0, (await smsc.Next("inboundAnswer")).GetProperty("status").GetInt32());
        Assert.Equal((3, 2), (provider.Counters[SmppCount.Inbound], provider.Counters[SmppCount.InboundPutBack]));
    }

    [Fact]
    public async Task A_message_is_not_answered_before_it_is_acknowledged()
    {
        await using Smsc smsc = await Smsc.Start("""{"inbound":3}""");
        var events = new TestEvents { HoldAcknowledgements = true };
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Inbound.Count == 3);
        Assert.Equal((3, 0), ((await smsc.Stats())("inbound"), (await smsc.Stats())("inboundAcked")));
        events.Read(static e => e.Unacknowledged.ToArray()).ToList().ForEach(static a => a(true));
        while ((await smsc.Stats())("inboundAcked") < 3)
        {
        }

        Assert.Equal(["hello 0", "hello 1", "hello 2"], events.Inbound.Select(static i => i.Text));
    }

    [Theory]
    [InlineData("\"data_coding\":4,\"short_message\":{\"hex\":\"0001fe\"}")] // binary
    [InlineData("\"data_coding\":14,\"short_message\":{\"hex\":\"b0a1\"}")] // KS C 5601
    [InlineData("\"data_coding\":32,\"short_message\":{\"hex\":\"414243\"}")] // compressed
    [InlineData("\"esm_class\":64,\"short_message\":{\"hex\":\"404142\"}")] // a header longer than the data
    public async Task What_is_no_text_is_refused_for_good_and_counted(string fields)
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", $"{From},{To},{fields}");
        Assert.Equal(0x65, (await smsc.Next("inboundAnswer")).GetProperty("status").GetInt32());
        Assert.Equal(1, provider.Counters[SmppCount.InboundUnreadable]);
        Assert.Empty(events.Inbound);
        await Send(smsc, "deliver_sm", $"{From},{To},\"data_coding\":4,\"short_message\":{{\"hex\":\"414243\"}}");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal("ABC", events.Inbound[0].Text); // 8-bit data that is plain text
    }

    [Theory]
    [InlineData("latin1", "e0", "à")]
    [InlineData("ascii", "41e0", "A\uFFFD")]
    [InlineData("gsm", "7f00", "à@")]
    public async Task The_alphabet_of_data_coding_0_is_the_account_s(string alphabet, string hex, string text)
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, $"\"defaultAlphabet\":\"{alphabet}\"");
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", $"{From},{To},\"data_coding\":0,\"short_message\":{{\"hex\":\"{hex}\"}}");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal(text, events.Inbound[0].Text);
    }

    [Fact]
    public async Task A_number_without_its_country_gets_the_account_s()
    {
        await using Smsc smsc = await Smsc.Start();
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "countryCode":"44" """);
        await events.Until(static e => e.Up);
        await Send(smsc, "deliver_sm", "\"source_addr_ton\":2,\"source_addr\":\"07700900123\",\"destination_addr\":\"60777\",\"short_message\":\"hi\"");
        await events.Until(static e => e.Inbound.Count == 1);
        Assert.Equal(("+447700900123", "60777"), (events.Inbound[0].From, events.Inbound[0].To));
    }

    [Fact]
    public async Task Device_acknowledgements_alerts_and_outbinds_change_nothing()
    {
        await using Smsc smsc = await Smsc.Start("""{"bindHas":"outbind"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, "");
        await events.Until(static e => e.Up);
        await smsc.Tell("""{"do":"alert"}""");
        await Send(smsc, "deliver_sm", $"{From},{To},\"esm_class\":8,\"short_message\":\"id:1\"");
        Assert.Equal(0, (await smsc.Next("inboundAnswer")).GetProperty("status").GetInt32());
        provider.Submit([Driver.Plain(1)]);
        await events.Until(static e => e.Receipts.Count == 1);
        Assert.Equal(0, (await smsc.Stats())("nacks"));
        Assert.Empty(events.Inbound);
        Assert.Equal([true], events.Health);
        Assert.Equal(1, provider.Counters[SmppCount.Intermediate]);
    }

    [Fact]
    public async Task A_receiver_takes_messages_and_receipts_while_its_transmitter_sends()
    {
        await using Smsc smsc = await Smsc.Start("""{"inbound":2}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "bind":"transmitter+receiver","binds":2,"window":7 """);
        while (provider.Status.SessionsOpen < 4)
        {
            await smsc.Stats();
        }

        Assert.Equal((4, 14), (provider.Status.SessionsWanted, provider.Status.Window)); // transmitters alone make the window
        provider.Submit([Driver.Plain(1), Driver.Plain(2)]);
        await events.Until(static e => e.Inbound.Count == 4 && e.Receipts.Count == 2 && e.Outcomes.Count == 2);
        Assert.Equal(2, events.Count(OutcomeKind.Sent));
        Assert.Equal(0, (await smsc.Stats())("inboundPutBack"));
    }

    [Fact]
    public async Task A_receiver_that_is_refused_is_told_while_its_transmitter_goes_on()
    {
        await using Smsc smsc = await Smsc.Start("""{"refuseBind":"bind_receiver","receipts":"none"}""");
        var events = new TestEvents();
        await using SmppProvider provider = Make(smsc, events, """ "bind":"transmitter+receiver" """, new FakeTimeProvider());
        await events.Until(static e => e.Up);
        while (provider.Status.LastError is null)
        {
            await smsc.Stats();
        }

        Assert.Contains("receiver 0: bind refused", provider.Status.LastError, StringComparison.Ordinal);
        Assert.Equal((1, 2), (provider.Status.SessionsOpen, provider.Status.SessionsWanted));
        Assert.Equal([true], events.Health);
    }

    internal static Task Send(Smsc smsc, string command, string fields) => smsc.Tell("{\"do\":\"send\",\"command\":\"" + command + "\",\"pdu\":{" + fields + "}}");
}
