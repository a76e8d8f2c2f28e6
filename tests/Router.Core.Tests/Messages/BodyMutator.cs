using System.Text;

namespace Router.Core.Tests.Messages;

/// <summary>Makes bodies for the fuzz: good ones, good ones with wounds, JSON-like noise, plain noise.</summary>
internal sealed class BodyMutator(Random random)
{
    private static readonly byte[][] Corpus = [.. new[]
    {
        """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"Il codice è 4711"}}""",
        """{"to":"email:Ada.L@Example.com","from":"shop@example.com","purpose":"marketing","content":{"type":"text","text":"Saldi \ud83d\ude00 \u00e8 qui\n"},"priority":"low","validitySeconds":3600,"scheduleAt":"2026-12-01T09:00:00+01:00","reference":"order-4711","metadata":{"a":[1,{"b":"\u00e9"}],"c":null}}""",
        """{ "content" : { "text" : "x" , "type" : "text" } , "purpose" : "service" , "to" : "telegram:123456" }""",
        """{"to":"whatsapp:+14155550123","purpose":"transactional","content":{"type":"template","name":"n","language":"it","parameters":{}}}""",
        """{"to":"sms:+393331234567","purpose":"service","content":{"parameters":{"code":4711,"order":{"total":12.50,"items":[{"name":"\u00e8"},true,null]}},"language":"pt-BR","name":"order-sent","type":"template"}}""",
        """{"to":"whatsapp:+14155550123","purpose":"service","content":{"type":"media","url":"https://cdn.example.com:8443/a%20b.jpg?x=1#y","mediaType":"image/jpeg","caption":"Ecco \ud83d\ude00"}}""",
        """{"to":"line:U1","purpose":"service","content":{"mediaType":"application/vnd.x+json","type":"media","url":"http:\/\/[2001:db8::1]\/"}}""",
        """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"€{[~]}|^\\"},"fallback":[],"region":"eu"}""",
        """{"fallback":{"to":"sms:+39333\u0031234567","afterSeconds":30},"to":"whatsapp:+393331234567","purpose":"otp","content":{"type":"text","text":"ciao"},"region":"eu"}""",
        """{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"ж"},"fallback":{"content":{"text":"\u00e9","type":"text"},"from":"a@b.example","to":"email:a@b.example"}}""",
        """{"to":"email:\"a b\"@example.com","purpose":"otp","content":{"type":"text","text":"\"\\\/\b\f\n\r\t\u0041"},"metadata":{}}""",
        """{"t\u006f":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"日本語テキスト😀"},"priority":"high"}""",
    }.Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[][] Tokens = [.. new[]
    {
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "\\ud83d\\ude00", "null", "true", "0", "-1", "604800", "604801", "1e9", "\"to\":", "\"text\"", "\"type\"",
        "\"content\":", "\"metadata\":{", "\"validitySeconds\":", "\"priority\":\"low\"", "\"reference\":\"r\"", "\"fallback\":{", "\"afterSeconds\":9", ",\"from\":\"a\"", "sms:", "email:", "+", "\n", "\r\n", " ", "é", "😀", "\u0001",
        "\"scheduleAt\":\"2026-12-01T00:00:00Z\"", "[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "[]", "{}", "//", "/*", "\u00ff", "\ufeff", "\"media\"", "\"template\"", "\"url\":", "\"name\":\"n\"", ",\"language\":\"it\"", "\"parameters\":{", "\"caption\":\"c\",", "image/", "@", "https://", "%",
    }.Select(Encoding.UTF8.GetBytes)];

    private static readonly string[] Names =
        ["to", "from", "purpose", "content", "priority", "validitySeconds", "scheduleAt", "reference", "metadata", "fallback", "fallback", "region", "afterSeconds", "extra", "", "t\\u006f"];

    private static readonly string[] Values =
    [
        "{\"to\":\"sms:+393331234568\"}", "{\"to\":\"email:a@b.example\",\"afterSeconds\":1}", "{\"to\":\"sms:+393331234567\",\"content\":{\"type\":\"text\",\"text\":\"y\"}}", "{\"to\":\"email:a@b.example\",\"purpose\":\"otp\"}",
        "\"sms:+393331234567\"", "\"email:a@b.example\"", "\"x:1\"", "\"otp\"", "\"marketing\"", "\"high\"", "1", "604800", "604801", "1.5", "null", "true", "{}", "[]", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"é\"",
        "\"2026-12-01T00:00:00Z\"", "\"2028-12-01T00:00:00Z\"", "{\"type\":\"text\",\"text\":\"x\"}", "{\"text\":\"ж\",\"type\":\"text\"}", "{\"type\":\"media\"}", "{\"type\":\"media\",\"url\":\"https://a\",\"mediaType\":\"a/b\"}", "{\"name\":\"n\",\"type\":\"template\",\"language\":\"x\"}", "{\"type\":\"text\"}", "{\"a\":[{\"b\":1}]}",
    ];

    private static ReadOnlySpan<byte> JsonLetters => "{}[]\":,\\ \n\t0123456789-+.eEtruefalsnotopurposecontent\u0000é"u8;

    /// <summary>Writes a body and returns its length, at most the buffer's.</summary>
    public int Next(Span<byte> buffer)
    {
        int kind = random.Next(10);
        return kind switch
        {
            0 => Noise(buffer),
            1 => JsonNoise(buffer),
            2 or 3 => Assembled(buffer),
            _ => Wounded(buffer),
        };
    }

    private int Noise(Span<byte> buffer)
    {
        int length = random.Next(200);
        random.NextBytes(buffer[..length]);
        return length;
    }

    private int JsonNoise(Span<byte> buffer)
    {
        int length = random.Next(200);
        for (int i = 0; i < length; i++)
        {
            buffer[i] = JsonLetters[random.Next(JsonLetters.Length)];
        }

        return length;
    }

    /// <summary>An object of known names with values that often fit.</summary>
    private int Assembled(Span<byte> buffer)
    {
        var text = new StringBuilder("{");
        if (random.Next(4) != 0)
        {
            text.Append("\"purpose\":\"otp\",\"content\":{\"type\":\"text\",\"text\":\"a\"},\"to\":\"sms:+393331234567\"");
        }

        for (int fields = random.Next(5); fields > 0; fields--)
        {
            int name = random.Next(Names.Length);
            string value = Values[random.Next(Values.Length)];
            text.Append(text.Length > 1 ? "," : "").Append('"').Append(Names[name]).Append("\":").Append(value);
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString(), buffer);
    }

    private int Wounded(Span<byte> buffer)
    {
        byte[] source = Corpus[random.Next(Corpus.Length)];
        source.CopyTo(buffer);
        int length = source.Length;
        for (int wounds = random.Next(4); wounds > 0; wounds--)
        {
            int at = random.Next(length + 1);
            switch (random.Next(8))
            {
                case 0 when at < length:
                    buffer[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < length:
                    buffer[at] = (byte)random.Next(256);
                    break;
                case 2:
                    int cut = Math.Min(random.Next(1, 12), length - at);
                    buffer[(at + cut)..length].CopyTo(buffer[at..]);
                    length -= cut;
                    break;
                case 3 when random.Next(3) == 0:
                    length = at;
                    break;
                case 4:
                    byte[] other = Corpus[random.Next(Corpus.Length)];
                    int from = random.Next(other.Length);
                    Insert(buffer, ref length, at, other.AsSpan(from, Math.Min(random.Next(1, 60), other.Length - from)));
                    break;
                case 5:
                    Span<byte> one = [(byte)random.Next(256)];
                    Insert(buffer, ref length, at, one);
                    break;
                default:
                    Insert(buffer, ref length, at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return length;
    }

    private static void Insert(Span<byte> buffer, ref int length, int at, ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > buffer.Length)
        {
            return;
        }

        buffer[at..length].CopyTo(buffer[(at + bytes.Length)..]);
        bytes.CopyTo(buffer[at..]);
        length += bytes.Length;
    }
}
