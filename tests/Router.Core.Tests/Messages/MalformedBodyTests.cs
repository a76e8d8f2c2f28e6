using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

/// <summary>What must be refused, with which code, about which field.</summary>
public sealed class MalformedBodyTests
{
    private const string Good = """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"4711"}}""";

    private static string With(string more) => Good[..^1] + "," + more + "}";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{]")]
    [InlineData("{\"to\"}")]
    [InlineData("{\"to\":}")]
    [InlineData("{\"to\":\"sms:+393331234567\"")]
    [InlineData("{\"to\":\"sms:+393331234567\",}")]
    [InlineData("{to:\"sms:+393331234567\"}")]
    [InlineData("{'to':'sms:+393331234567'}")]
    [InlineData("{\"to\":\"sms:+39")]
    [InlineData("{\"to\":\"a\\x\"}")]
    [InlineData("{\"to\":\"a\\u12g4\"}")]
    [InlineData("{\"to\":\"a\\u12")]
    [InlineData("{\"to\":\"a\nb\"}")]
    [InlineData("{\"to\":\"a\u0000b\"}")]
    [InlineData(Good + Good)]
    [InlineData(Good + "x")]
    [InlineData(Good + "\u0000")]
    [InlineData("/* c */" + Good)]
    [InlineData("\uFEFF" + Good)]
    [InlineData("{\"validitySeconds\":01}")]
    [InlineData("{\"validitySeconds\":+1}")]
    [InlineData("{\"validitySeconds\":NaN}")]
    [InlineData("{\"metadata\":{\"a\":[1,]}}")]
    public void What_is_not_one_JSON_object_is_malformed_json(string body)
    {
        Decoded decoded = Decoded.Of(body);
        Assert.Equal((BodyProblemCode.MalformedJson, ""), (decoded.Code, decoded.Path));
        Assert.StartsWith("the body is ", decoded.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("80")]
    [InlineData("C080")] // an overlong NUL
    [InlineData("EDA080")] // a surrogate half
    [InlineData("F4908080")] // above U+10FFFF
    [InlineData("C3")] // cut off
    [InlineData("FF")]
    public void What_is_not_UTF8_is_malformed_json_wherever_it_stands(string hex)
    {
        byte[] broken = Convert.FromHexString(hex);
        foreach (string where in (string[])["4711", "otp", "+39333", "\"to\"", "}}"])
        {
            byte[] body = Encoding.UTF8.GetBytes(Good);
            int at = body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(where)) + 1;
            Decoded decoded = Decoded.Of([.. body[..at], .. broken, .. body[at..]]);
            Assert.Equal(BodyProblemCode.MalformedJson, decoded.Code);
            Assert.Contains("UTF-8", decoded.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"To\":1", "To")]
    [InlineData("\"\":1", "")]
    [InlineData("\"text\":\"x\"", "text")]
    [InlineData("\"quietHours\":{}", "quietHours")]
    [InlineData("\"validityseconds\":1", "validityseconds")]
    [InlineData("\"t\\u006F2\":1", "t\\u006F2")]
    [InlineData("\"\\ud800\":1", "\\ud800")]
    [InlineData("\"content\\u0000\":1", "content\\u0000")]
    public void An_unknown_field_is_refused_by_name(string more, string path)
    {
        Decoded decoded = Decoded.Of(With(more));
        Assert.Equal((BodyProblemCode.UnknownField, path), (decoded.Code, decoded.Path));
        Assert.StartsWith($"\"{path}\" is not a field of a message: remove it; fields are to, from", decoded.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"text","text":"x","subject":"s"}""", "content.subject")]
    [InlineData("""{"subject":"s","type":"text","text":"x"}""", "content.subject")]
    [InlineData("""{"type":"text","text":"x","url":"u"}""", "content.url")]
    [InlineData("""{"type":"text","url":5,"text":"x"}""", "content.url")]
    [InlineData("""{"parameters":{"a":[1,2]},"type":"text","text":"x"}""", "content.parameters")]
    [InlineData("""{"type":"template","text":"x","name":"n","language":"it"}""", "content.text")]
    [InlineData("""{"name":"n","language":"it","mediaType":"a/b","type":"template"}""", "content.mediaType")]
    [InlineData("""{"type":"media","url":"https://a","mediaType":"a/b","text":"x"}""", "content.text")]
    [InlineData("""{"language":"it","type":"media","url":"https://a","mediaType":"a/b"}""", "content.language")]
    public void An_unknown_field_of_content_is_refused_by_name_in_any_order(string content, string path)
    {
        Decoded decoded = Decoded.Of($$"""{"to":"sms:+393331234567","purpose":"otp","content":{{content}}}""");
        Assert.Equal((BodyProblemCode.UnknownField, path), (decoded.Code, decoded.Path));
        Assert.StartsWith($"\"{path}\" is not a field of ", decoded.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"to\":\"sms:+393331234567\"", "to")]
    [InlineData("\"t\\u006f\":1", "to")]
    [InlineData("\"purpose\":\"otp\"", "purpose")]
    [InlineData("\"content\":{}", "content")]
    [InlineData("\"priority\":\"low\",\"priority\":\"low\"", "priority")]
    [InlineData("\"metadata\":{},\"metadata\":{}", "metadata")]
    [InlineData("\"reference\":\"a\",\"reference\":\"a\"", "reference")]
    [InlineData("\"from\":\"a\",\"from\":\"a\"", "from")]
    [InlineData("\"scheduleAt\":\"2027-01-01T00:00:00Z\",\"scheduleAt\":1", "scheduleAt")]
    [InlineData("\"validitySeconds\":1,\"validitySeconds\":1", "validitySeconds")]
    public void A_field_that_stands_twice_is_refused(string more, string path)
    {
        Decoded decoded = Decoded.Of(With(more));
        Assert.Equal((BodyProblemCode.DuplicateField, path, path + " stands twice: keep one"), (decoded.Code, decoded.Path, decoded.Detail));
    }

    [Theory]
    [InlineData("""{"type":"text","type":"text","text":"x"}""", "content.type")]
    [InlineData("""{"type":"text","text":"x","text":"y"}""", "content.text")]
    public void A_field_of_content_that_stands_twice_is_refused(string content, string path)
    {
        Decoded decoded = Decoded.Of($$"""{"content":{{content}}}""");
        Assert.Equal((BodyProblemCode.DuplicateField, path), (decoded.Code, decoded.Path));
    }

    [Theory]
    [InlineData("""{}""", "to")]
    [InlineData("""{"purpose":"otp"}""", "to")]
    [InlineData("""{"to":"sms:+393331234567"}""", "purpose")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp"}""", "content")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{}}""", "content.type")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{"text":"x"}}""", "content.type")]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text"}}""", "content.text")]
    [InlineData("""{"content":{"name":"a","language":"it"}}""", "content.type")]
    [InlineData("""{"content":{"type":"template","language":"it"}}""", "content.name")]
    [InlineData("""{"content":{"type":"template","name":"n"}}""", "content.language")]
    [InlineData("""{"content":{"type":"media","mediaType":"a/b"}}""", "content.url")]
    [InlineData("""{"content":{"type":"media","url":"https://a"}}""", "content.mediaType")]
    public void A_missing_field_is_named(string body, string path)
    {
        Decoded decoded = Decoded.Of(body);
        Assert.Equal((BodyProblemCode.MissingField, path), (decoded.Code, decoded.Path));
        Assert.StartsWith(path + " is missing: give ", decoded.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", BodyProblemCode.InvalidValue, "fallback", "must be an object")]
    [InlineData("null", BodyProblemCode.InvalidValue, "fallback", "must be an object")]
    [InlineData("{}", BodyProblemCode.MissingField, "fallback.to", "fallback.to is missing")]
    [InlineData("""{"to":1}""", BodyProblemCode.InvalidValue, "fallback.to", "fallback.to must be a string")]
    [InlineData("""{"to":"sms:39"}""", BodyProblemCode.InvalidAddress, "fallback.to", "+")]
    [InlineData("""{"to":"sms:+393331234567"}""", BodyProblemCode.InvalidValue, "fallback.to", "another address or channel")]
    [InlineData("""{"to":"email:a@b.example","to":"email:a@b.example"}""", BodyProblemCode.DuplicateField, "fallback.to", "keep one")]
    [InlineData("""{"to":"email:a@b.example","afterSeconds":0}""", BodyProblemCode.InvalidValue, "fallback.afterSeconds", "afterSeconds 0 is out of range")]
    [InlineData("""{"to":"email:a@b.example","afterSeconds":604801}""", BodyProblemCode.InvalidValue, "fallback.afterSeconds", "604801")]
    [InlineData("""{"to":"email:a@b.example","afterSeconds":"1"}""", BodyProblemCode.InvalidValue, "fallback.afterSeconds", "must be a number")]
    [InlineData("""{"to":"email:a@b.example","fallback":{"to":"x:1"}}""", BodyProblemCode.UnknownField, "fallback.fallback", "not a field of a fallback")]
    [InlineData("""{"to":"email:a@b.example","purpose":"otp"}""", BodyProblemCode.UnknownField, "fallback.purpose", "not a field of a fallback")]
    [InlineData("""{"to":"email:a@b.example","validitySeconds":1}""", BodyProblemCode.UnknownField, "fallback.validitySeconds", "not a field of a fallback")]
    [InlineData("""{"to":"email:a@b.example","colour":1}""", BodyProblemCode.UnknownField, "fallback.colour", "fallback.colour")]
    [InlineData("""{"to":"email:a@b.example","content":{"type":"text"}}""", BodyProblemCode.MissingField, "fallback.content.text", "fallback.content.text is missing")]
    [InlineData("""{"to":"email:a@b.example","content":{"text":"x","colour":1}}""", BodyProblemCode.UnknownField, "fallback.content.colour", "colour")]
    [InlineData("""{"to":"email:a@b.example","from":""}""", BodyProblemCode.InvalidValue, "fallback.from", "is empty")]
    [InlineData("""{"to":"email:a@b.example","from":"\ud800"}""", BodyProblemCode.InvalidValue, "fallback", "surrogate")]
    public void A_wrong_fallback_is_named_by_field(string fallback, BodyProblemCode code, string path, string detail)
    {
        Decoded decoded = Decoded.Of($$"""{"to":"sms:+393331234567","fallback":{{fallback}},"purpose":"otp","content":{"type":"text","text":"x"} }""");
        Assert.Equal((code, path), (decoded.Code, decoded.Path));
        Assert.Contains(detail, decoded.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_too_long_for_the_SMS_that_it_falls_back_on_is_named_there()
    {
        Decoded decoded = Decoded.Of($$"""{"to":"email:a@b.example","fallback":{"to":"sms:+393331234567"},"purpose":"otp","content":{"type":"text","text":"{{new string('x', 40_000)}}"} }""");
        Assert.Equal((BodyProblemCode.InvalidValue, "fallback.content.text"), (decoded.Code, decoded.Path));
    }

    [Fact]
    public void afterSeconds_stands_in_a_fallback_only()
    {
        Decoded decoded = Decoded.Of("""{"afterSeconds":1}""");
        Assert.Equal((BodyProblemCode.UnknownField, "afterSeconds"), (decoded.Code, decoded.Path));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"EU\"")]
    [InlineData("\"-eu\"")]
    [InlineData("\"e u\"")]
    [InlineData("\"ü\"")]
    [InlineData("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    public void What_is_not_the_name_of_a_region_is_invalid(string value)
    {
        Decoded decoded = Decoded.Of($$"""{"region":{{value}}}""");
        Assert.Equal((BodyProblemCode.InvalidValue, "region"), (decoded.Code, decoded.Path));
    }

    [Theory]
    [InlineData("to", "1")]
    [InlineData("to", "null")]
    [InlineData("to", "{}")]
    [InlineData("to", "[\"sms:+393331234567\"]")]
    [InlineData("to", "\"\"")]
    [InlineData("from", "1")]
    [InlineData("from", "\"\"")]
    [InlineData("from", "\"a\\u0000\"")]
    [InlineData("purpose", "1")]
    [InlineData("purpose", "null")]
    [InlineData("purpose", "\"\"")]
    [InlineData("purpose", "\"OTP\"")]
    [InlineData("purpose", "\"news\"")]
    [InlineData("content", "\"text\"")]
    [InlineData("content", "[]")]
    [InlineData("content", "null")]
    [InlineData("content.type", """{"type":1}""", "content")]
    [InlineData("content.type", """{"type":"Text"}""", "content")]
    [InlineData("content.type", """{"type":"image"}""", "content")]
    [InlineData("content.text", """{"text":""}""", "content")]
    [InlineData("content.text", """{"text":1}""", "content")]
    [InlineData("content.text", """{"text":null}""", "content")]
    [InlineData("content.text", """{"text":["a"]}""", "content")]
    [InlineData("content.text", """{"text":"a\u0000b"}""", "content")]
    [InlineData("content.text", """{"text":"\ud83d"}""", "content")]
    [InlineData("content.text", """{"text":"\ud83dx"}""", "content")]
    [InlineData("content.text", """{"text":"\ud83d\n"}""", "content")]
    [InlineData("content.text", """{"text":"\ud83d\ud83d\ude00"}""", "content")]
    [InlineData("content.text", """{"text":"\ude00\ud83d"}""", "content")]
    [InlineData("content.text", """{"text":"x\uDFFF"}""", "content")]
    [InlineData("content.name", """{"name":1}""", "content")]
    [InlineData("content.name", """{"name":"1234567890123456789012345678901234567890123456789012345678901234"}""", "content")]
    [InlineData("content.language", """{"language":""}""", "content")]
    [InlineData("content.language", """{"language":"123456789012345678901234567890123456"}""", "content")]
    [InlineData("content.parameters", """{"parameters":[]}""", "content")]
    [InlineData("content.parameters", """{"parameters":null}""", "content")]
    [InlineData("content.parameters", """{"parameters":{"a":"\ud800"}}""", "content")]
    [InlineData("content.url", """{"url":"ftp://a/b"}""", "content")]
    [InlineData("content.url", """{"url":"//a/b"}""", "content")]
    [InlineData("content.url", """{"url":"https:///b"}""", "content")]
    [InlineData("content.url", """{"url":"https://u:p@a/b"}""", "content")]
    [InlineData("content.url", """{"url":"https://a/b c"}""", "content")]
    [InlineData("content.url", """{"url":"https://a/\u00e8"}""", "content")]
    [InlineData("content.url", """{"url":"https://a:99999999/"}""", "content")]
    [InlineData("content.url", """{"url":"https://a:x/"}""", "content")]
    [InlineData("content.url", """{"url":"https://[::1/"}""", "content")]
    [InlineData("content.url", """{"url":"https://a/\n"}""", "content")]
    [InlineData("content.mediaType", """{"mediaType":"image"}""", "content")]
    [InlineData("content.mediaType", """{"mediaType":"image/"}""", "content")]
    [InlineData("content.mediaType", """{"mediaType":"/jpeg"}""", "content")]
    [InlineData("content.mediaType", """{"mediaType":"image/jpeg; q=1"}""", "content")]
    [InlineData("content.mediaType", """{"mediaType":"image/.jpeg"}""", "content")]
    [InlineData("content.caption", """{"caption":""}""", "content")]
    [InlineData("priority", "1")]
    [InlineData("priority", "\"urgent\"")]
    [InlineData("validitySeconds", "0")]
    [InlineData("validitySeconds", "-1")]
    [InlineData("validitySeconds", "604801")]
    [InlineData("validitySeconds", "99999999999999999999")]
    [InlineData("validitySeconds", "1.5")]
    [InlineData("validitySeconds", "60.0")]
    [InlineData("validitySeconds", "1e3")]
    [InlineData("validitySeconds", "\"60\"")]
    [InlineData("validitySeconds", "null")]
    [InlineData("scheduleAt", "1795478400")]
    [InlineData("scheduleAt", "\"2026-11-24\"")]
    [InlineData("scheduleAt", "\"2027-11-25T00:00:00.001Z\"")]
    [InlineData("reference", "1")]
    [InlineData("reference", "\"\"")]
    [InlineData("reference", "\"\\u0000\"")]
    [InlineData("metadata", "[]")]
    [InlineData("metadata", "\"{}\"")]
    [InlineData("metadata", "null")]
    [InlineData("metadata", """{"a":"\ud800"}""")]
    [InlineData("metadata", """{"\udc00":1}""")]
    [InlineData("metadata", """{"a":{"b":["\ud800\u0041"]}}""")]
    public void A_value_out_of_its_range_is_invalid_and_its_field_named(string path, string json, string? field = null)
    {
        Decoded decoded = Decoded.Of($$"""{"{{field ?? path}}":{{json}}}""");
        Assert.Equal((BodyProblemCode.InvalidValue, path), (decoded.Code, decoded.Path));
        Assert.StartsWith(path + " ", decoded.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metadata", '{')]
    [InlineData("metadata", '[')]
    [InlineData("content.parameters", '[')]
    [InlineData("content.parameters", '{')]
    public void What_nests_too_deep_is_invalid_and_needs_no_stack(string path, char open)
    {
        string nested = open == '{' ? string.Concat(Enumerable.Repeat("{\"a\":", 9_000)) : "{\"a\":" + new string('[', 60_000);
        Decoded decoded = Decoded.Of((path == "metadata" ? "{\"metadata\":" : "{\"content\":{\"parameters\":") + nested);
        Assert.Equal((BodyProblemCode.InvalidValue, path), (decoded.Code, decoded.Path));
        Assert.Contains("too deep: at most 16", decoded.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Sixteen_levels_of_metadata_pass_and_seventeen_are_too_deep()
    {
        static string Nested(int levels) => With($"\"metadata\":{string.Concat(Enumerable.Repeat("{\"a\":", levels - 1))}{{}}{new string('}', levels - 1)}");
        Assert.True(Decoded.Of(Nested(16)).Ok);
        Assert.Contains("too deep", Decoded.Of(Nested(17)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"sms:393331234567\"", "to must be a number in E.164: begin with + ")]
    [InlineData("\"+393331234567\"", "to has no channel: ")]
    [InlineData("\"email:ada\"", "to must be a mailbox (RFC 5321)")]
    public void An_address_that_does_not_parse_is_invalid_address_and_never_shown(string json, string detail)
    {
        Decoded decoded = Decoded.Of($$"""{"to":{{json}}}""");
        Assert.Equal((BodyProblemCode.InvalidAddress, "to"), (decoded.Code, decoded.Path));
        Assert.StartsWith(detail, decoded.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("12345", decoded.Detail.Replace("+393331234567", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"purpose":"news"}""", "purpose \"news\" is not a purpose: use one of otp, transactional, service, marketing")]
    [InlineData("""{"validitySeconds":604801}""", "validitySeconds 604801 is out of range: whole seconds from 1 to 604800 (7 days)")]
    [InlineData("""{"priority":"urgent"}""", "priority \"urgent\" is not a priority: use one of high, normal, low")]
    [InlineData("""{"content":{"type":"file"}}""", "content.type \"file\" is not a kind of content: use \"text\", \"template\" or \"media\"")]
    [InlineData("""{"content":{"mediaType":"jpeg"}}""", "content.mediaType \"jpeg\" is not a media type: give type and subtype without parameters (RFC 6838), for example image/jpeg")]
    [InlineData("""{"content":{"text":"secret\u0000"}}""", "content.text has a NUL character (\\u0000): remove it")]
    [InlineData("""{"to":"sms:+393331234567", }""", "the body is not JSON: send one JSON object (RFC 8259), without comments, trailing commas or anything after it (near byte 27)")]
    [InlineData("{\n\n \"to\":x}", "the body is not JSON: send one JSON object (RFC 8259), without comments, trailing commas or anything after it (near byte 9)")]
    public void The_sentence_says_what_where_and_what_to_do(string body, string detail) => Assert.Equal(detail, Decoded.Of(body).Detail);

    [Fact]
    public void A_long_name_is_cut_between_characters()
    {
        Decoded decoded = Decoded.Of("{\"" + new string('x', 63) + new string('é', 1000) + "\":1}");
        Assert.Equal(new string('x', 63) + "…", decoded.Path);
    }

    [Fact]
    public void A_problem_told_without_the_body_leaves_its_words_out()
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"purpose":"news"}""");
        MessageDecoder.TryDecode(body, new byte[MessageDecoder.ScratchBytes(body.Length)], 0, out _, out BodyProblem problem);
        Assert.Equal("purpose is not a purpose: use one of otp, transactional, service, marketing", problem.DetailFor([]));
        Assert.Equal((400, "invalid_value"), (BodyProblem.Status, problem.CodeWord));
    }

    [Fact]
    public void Codes_of_the_decoder_have_their_stable_words() => Assert.Equal(
        ["", "malformed_json", "unknown_field", "duplicate_field", "missing_field", "invalid_value", "invalid_address", "too_large"],
        Enum.GetValues<BodyProblemCode>().Where(static c => c <= BodyProblemCode.TooLarge).Select(static c => new BodyProblemProbe(c).Word));

    /// <summary>Makes a problem of each code by a body that has it.</summary>
    private readonly struct BodyProblemProbe(BodyProblemCode code)
    {
        public string Word
        {
            get
            {
                string body = code switch
                {
                    BodyProblemCode.None => Good,
                    BodyProblemCode.MalformedJson => "",
                    BodyProblemCode.UnknownField => "{\"a\":1}",
                    BodyProblemCode.DuplicateField => "{\"purpose\":\"otp\",\"purpose\":1}",
                    BodyProblemCode.MissingField => "{}",
                    BodyProblemCode.InvalidValue => "{\"to\":1}",
                    BodyProblemCode.InvalidAddress => "{\"to\":\"x\"}",
                    _ => new string(' ', 65_537),
                };
                byte[] utf8 = Encoding.UTF8.GetBytes(body);
                MessageDecoder.TryDecode(utf8, new byte[MessageDecoder.ScratchBytesMax], 0, out _, out BodyProblem problem);
                return problem.CodeWord;
            }
        }
    }
}
