using System.Text;
using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Segments;

namespace Router.Core.Tests.Messages;

public sealed class MessageDecoderTests
{
    private const string Smallest = """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"4711"}}""";

    private static string With(string more) => Smallest[..^1] + "," + more + "}";

    private static string Text(string json) => """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":""" + json + "}}";

    [Fact]
    public void The_smallest_body_has_the_defaults()
    {
        Decoded decoded = Decoded.Of(Smallest);
        Assert.Equal(
            new Decoded(true, BodyProblemCode.None, "", "", Channel.Sms, "+393331234567", "", Purpose.Otp, Priority.Normal, "4711", 172_800, 0, "", "", 1, SmsEncoding.Gsm7, "", ""),
            decoded);
    }

    [Fact]
    public void A_body_with_every_field_gives_every_field()
    {
        Decoded decoded = Decoded.Of(
            """
            { "metadata" : {"campaign": {"id": [1, 2.5e3, null, true, "\u00e9\ud83d\ude00"]}, "": {}},
              "reference":"order-4711", "scheduleAt":"2026-11-25T09:30:00.5+01:00", "validitySeconds":604800, "priority":"high",
              "content": {"text":"Ciao, \u00e8 pronto \ud83d\ude00\n\"\\\/", "type":"text"},
              "purpose":"marketing", "from":"Négozio", "to":"email:Ada@Example.COM" }
            """);
        Assert.Equal(
            new Decoded(
                true, BodyProblemCode.None, "", "", Channel.Email, "Ada@example.com", "Négozio", Purpose.Marketing, Priority.High, "Ciao, è pronto 😀\n\"\\/", 604_800,
                1_795_595_400_500, "order-4711", """{"campaign": {"id": [1, 2.5e3, null, true, "\u00e9\ud83d\ude00"]}, "": {}}""", 1, default, "", ""),
            decoded);
    }

    [Fact]
    public void A_fallback_is_a_message_of_its_own_with_what_it_does_not_say_from_the_message()
    {
        Decoded decoded = Decoded.Of(
            """
            { "fallback": { "to":"sms:+3933\u00331234567", "afterSeconds": 30 }, "to":"email:Ada@Example.COM", "from":"shop@example.com", "purpose":"service", "priority":"high",
              "content":{"type":"text","text":"caff\u00e8 ж"}, "validitySeconds":60, "reference":"r", "metadata":{"a":1}, "region":"eu" }
            """);
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal(30, decoded.AfterSeconds);
        Assert.Equal(
            decoded with { Channel = Channel.Sms, To = "+393331234567", From = "", Segments = 1, Encoding = SmsEncoding.Ucs2, Fallback = null, AfterSeconds = 0 },
            decoded.Fallback);
    }

    [Fact]
    public void A_fallback_may_have_sender_and_content_of_its_own()
    {
        Decoded decoded = Decoded.Of("""{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"a"},"fallback":{"content":{"type":"text","text":"b"},"from":"x@y.example","to":"email:a@b.example"}}""");
        Assert.Equal((Channel.Email, "a@b.example", "x@y.example", "b", 0), (decoded.Fallback!.Channel, decoded.Fallback.To, decoded.Fallback.From, decoded.Fallback.Text, decoded.AfterSeconds));
        Assert.Equal("a", decoded.Text);
        Assert.Null(Decoded.Of(Smallest).Fallback);
    }

    [Fact]
    public void A_template_gives_its_fields_and_the_content_as_it_came()
    {
        const string Content = """{ "parameters" : {"code": 4711, "n\u0061me": ["\u00e8"]}, "type":"template", "language":"pt-br","name":"code" }""";
        Decoded decoded = Decoded.Of($$"""{"content":{{Content}},"to":"sms:+393331234567","purpose":"otp"}""");
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal(("", Content, 1), (decoded.Text, decoded.Content, decoded.Segments));
        Assert.Equal(string.Join('\u0002', "code", "pt-br", """{"code": 4711, "n\u0061me": ["\u00e8"]}"""), decoded.Template);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(""","caption":"Ecco \u00e8" """, "Ecco è")]
    public void Media_give_their_caption_as_text_and_the_content_as_it_came(string caption, string text)
    {
        string content = $$"""{"url":"https:\/\/cdn.example.com/a.jpg","mediaType":"image/jpeg"{{caption}},"type":"media"}""";
        Decoded decoded = Decoded.Of($$"""{"content":{{content}},"to":"whatsapp:+393331234567","purpose":"service"}""");
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal((text, content, "media", 1), (decoded.Text, decoded.Content, decoded.Template, decoded.Segments));
    }

    [Theory]
    [InlineData("http://a")]
    [InlineData("HTTPS://a.example:443/x?y=%20&z=1#t")]
    [InlineData("https://[2001:db8::1]:8080/")]
    [InlineData("https://192.0.2.1/@x")]
    public void These_are_addresses_of_media(string url) =>
        Assert.True(Decoded.Of($$"""{"content":{"type":"media","url":"{{url}}","mediaType":"image/jpeg"},"to":"line:U1","purpose":"service"}""").Ok);

    [Fact]
    public void Escaped_names_words_and_addresses_are_what_they_spell()
    {
        string body = """{"t\u006f":"\u0073ms:\u002b39333\u0031234567","\u0070urpose":"\u006ftp","content":{"typ\u0065":"te\u0078t","text":"x"},"priority":"lo\u0077","scheduleAt":"2026-11-24\u005400:00:01Z"}""";
        Decoded decoded = Decoded.Of(body);
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal((Channel.Sms, "+393331234567", Purpose.Otp, Priority.Low, Decoded.NowMs + 1000), (decoded.Channel, decoded.To, decoded.Purpose, decoded.Priority, decoded.NotBeforeMs));
    }

    [Theory]
    [InlineData("ciao", 1, SmsEncoding.Gsm7)]
    [InlineData("ciaoж", 1, SmsEncoding.Ucs2)]
    public void Segments_and_encoding_of_SMS_are_part_of_the_result(string text, int segments, SmsEncoding encoding)
    {
        Decoded decoded = Decoded.Of(Text(JsonSerializer.Serialize(text)));
        Assert.Equal((segments, encoding), (decoded.Segments, decoded.Encoding));
    }

    [Fact]
    public void A_text_of_255_segments_passes_and_one_more_does_not()
    {
        Assert.Equal(255, Decoded.Of(Text('"' + new string('a', 39_015) + '"')).Segments);
        Decoded over = Decoded.Of(Text('"' + new string('a', 39_016) + '"'));
        Assert.Equal((BodyProblemCode.InvalidValue, "content.text"), (over.Code, over.Path));
        Assert.Equal(255, Decoded.Of(Text('"' + new string('ж', 17_085) + '"')).Segments);
        Assert.Equal(BodyProblemCode.InvalidValue, Decoded.Of(Text('"' + new string('ж', 17_086) + '"')).Code);

        string mail = Text('"' + new string('a', 60_000) + '"').Replace("sms:+393331234567", "email:a@b.example", StringComparison.Ordinal);
        Assert.Equal((true, 1), (Decoded.Of(mail).Ok, Decoded.Of(mail).Segments));
    }

    [Theory]
    [InlineData("2026-11-24T00:00:00Z", 0)]
    [InlineData("2026-11-23T23:59:59.999Z", 0)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2026-11-24T00:00:00.001Z", 1)]
    [InlineData("2026-11-24T00:00:00.0001Z", 1)]
    [InlineData("2026-11-24T01:00:00+00:59", 60_000)]
    [InlineData("2026-11-23T23:00:01-01:00", 1_000)]
    [InlineData("2027-11-25T00:00:00Z", 366L * 86_400_000)]
    public void ScheduleAt_is_a_time_to_come_or_at_once(string at, long aheadMs)
    {
        Decoded decoded = Decoded.Of(With($"\"scheduleAt\":\"{at}\""));
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal(aheadMs == 0 ? 0 : Decoded.NowMs + aheadMs, decoded.NotBeforeMs);
    }

    [Theory]
    [InlineData("\"validitySeconds\":1")]
    [InlineData("\"validitySeconds\":604800")]
    [InlineData("\"metadata\":{}")]
    [InlineData("\"from\":\"+390212345678\"")]
    public void Values_at_the_edge_pass(string more)
    {
        Decoded decoded = Decoded.Of(With(more));
        Assert.True(decoded.Ok, decoded.Detail);
    }

    [Fact]
    public void Lengths_at_the_edge_pass_and_one_more_does_not()
    {
        static BodyProblemCode Code(string field, int length) => Decoded.Of(With($"\"{field}\":\"{new string('r', length)}\"")).Code;
        Assert.Equal((BodyProblemCode.None, BodyProblemCode.InvalidValue), (Code("reference", 256), Code("reference", 257)));
        Assert.Equal((BodyProblemCode.None, BodyProblemCode.InvalidValue), (Code("from", 254), Code("from", 255)));

        static BodyProblemCode Metadata(int length) => Decoded.Of(With($"\"metadata\":{{\"m\":\"{new string('m', length - 8)}\"}}")).Code;
        Assert.Equal((BodyProblemCode.None, BodyProblemCode.InvalidValue), (Metadata(4096), Metadata(4097)));

        static BodyProblemCode Body(int length) => Decoded.Of(Smallest + new string(' ', length - Smallest.Length)).Code;
        Assert.Equal((BodyProblemCode.None, BodyProblemCode.TooLarge), (Body(65_536), Body(65_537)));

        // Bytes count, not characters and not the escapes that spelled them.
        Assert.Equal(BodyProblemCode.InvalidValue, Decoded.Of(With($"\"reference\":\"{new string('é', 129)}\"")).Code);
        Assert.Equal(BodyProblemCode.None, Decoded.Of(With($"\"reference\":\"{string.Concat(Enumerable.Repeat("\\u0072", 256))}\"")).Code);
    }

    [Fact]
    public void The_longest_escaped_address_and_text_fit_the_scratch()
    {
        string local = "\\\"" + string.Concat(Enumerable.Repeat("\\\\\\\\", 31)) + "\\\"";
        string domain = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 61));
        string body = $$"""{"to":"email:{{local}}@{{domain}}","purpose":"otp","content":{"type":"text","text":"\n{{new string('t', 60_000)}}"} }""";
        Decoded decoded = Decoded.Of(body);
        Assert.True(decoded.Ok, decoded.Detail);
        Assert.Equal((254, 60_001), (decoded.To.Length, decoded.Text.Length));
    }

    [Fact]
    public void WriteRecord_writes_what_MessageRecord_reads()
    {
        byte[] body = Encoding.UTF8.GetBytes(With("""  "reference":"r-1","metadata":{"a":1} """));
        Assert.True(MessageDecoder.TryDecode(body, new byte[MessageDecoder.ScratchBytes(body.Length)], Decoded.NowMs, out MessageBody message, out _));
        byte[] bytes = new byte[message.RecordSize];
        Assert.Equal(bytes.Length, message.WriteRecord(bytes));
        MessageRecord record = MessageRecord.Read(bytes);
        Assert.Equal((Channel.Sms, ContentType.Text), (record.Channel, record.ContentType));
        Assert.Equal("+393331234567 4711 r-1 {\"a\":1}", Encoding.UTF8.GetString([.. record.To, (byte)' ', .. record.Text, (byte)' ', .. record.Reference, (byte)' ', .. record.Metadata]));
        Assert.True(record.From.IsEmpty);
        Assert.Equal(393_331, message.Prefix.Value);
    }

    [Fact]
    public void A_destination_without_a_number_has_no_prefix()
    {
        byte[] body = Encoding.UTF8.GetBytes(Smallest.Replace("sms:+393331234567", "telegram:123456789", StringComparison.Ordinal));
        Assert.True(MessageDecoder.TryDecode(body, new byte[MessageDecoder.ScratchBytesMax], Decoded.NowMs, out MessageBody message, out _));
        Assert.Equal(0u, message.Prefix.Packed);
    }

    [Fact]
    public void Too_little_scratch_is_the_callers_fault()
    {
        byte[] body = Encoding.UTF8.GetBytes(Smallest);
        Assert.Throws<ArgumentException>(() => MessageDecoder.TryDecode(body, new byte[MessageDecoder.ScratchBytes(body.Length) - 1], 0, out _, out _));
    }

    [Fact]
    public void Any_string_unescapes_as_the_frameworks_reader_does()
    {
        var random = new Random(8259);
        string[] parts = ["\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\n", "\\r", "\\t", "\\b", "\\f", "\\/", "\\\\", "\\\"", "a", "é", "😀", "日本", "\\uffff", "\\ud7ff\\ue000"];
        for (int round = 0; round < 5_000; round++)
        {
            string json = '"' + string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => parts[random.Next(parts.Length)])) + '"';
            Assert.Equal(JsonSerializer.Deserialize<string>(json), Decoded.Of(Text(json)).Text);
        }
    }
}
