using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Segments;
using Router.Core.Tenants;

namespace Router.Core.Tests.Messages;

/// <summary>The rules of the body written again, slowly, over <see cref="JsonDocument"/>: what the decoder accepts, this accepts, with the same values, and the other way round.</summary>
internal static partial class ReferenceDecoder
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The message, as text to compare; null: refused.</summary>
    public static string? Decode(byte[] body, long nowMs)
    {
        try
        {
            Strict.GetCharCount(body);
            using var document = JsonDocument.Parse(body);
            return Decode(document.RootElement, nowMs);
        }
        catch (Exception e) when (e is DecoderFallbackException or JsonException or InvalidOperationException or Refused)
        {
            // InvalidOperationException: GetString of half a surrogate pair.
            return null;
        }
    }

    private static string Decode(JsonElement root, long nowMs)
    {
        Dictionary<string, JsonElement> fields = Fields(
            root, "to", "from", "purpose", "content", "priority", "validitySeconds", "scheduleAt", "reference", "metadata", "region", "fallback");
        JsonElement given = fields.GetValueOrDefault("content");
        string text = Content(given, out string template);
        bool isText = template.Length == 0;
        string to = String(fields, "to", int.MaxValue) ?? throw new Refused();
        byte[] utf8 = Encoding.UTF8.GetBytes(to);
        Check(Address.Parse(utf8, new byte[utf8.Length], out Address address) == AddressReason.None);
        int segments = isText && address.Channel == Channel.Sms ? SmsText.Measure(Encoding.UTF8.GetBytes(text), out _) : 1;
        Check(segments <= 255);
        string purpose = String(fields, "purpose", 20) ?? throw new Refused();
        Check(purpose is "otp" or "transactional" or "service" or "marketing");
        string priority = String(fields, "priority", 20) ?? "normal";
        Check(priority is "high" or "normal" or "low");
        int validity = 172_800;
        if (fields.TryGetValue("validitySeconds", out JsonElement seconds))
        {
            Check(seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt32(out validity) && validity is >= 1 and <= 604_800);
        }

        long notBefore = 0;
        if (String(fields, "scheduleAt", int.MaxValue) is { } at)
        {
            Check(Rfc3339.TryParse(Encoding.UTF8.GetBytes(at), out notBefore) && notBefore <= nowMs + (366L * 86_400_000));
            notBefore = notBefore <= nowMs ? 0 : notBefore;
        }

        string metadata = "";
        if (fields.TryGetValue("metadata", out JsonElement element))
        {
            metadata = element.GetRawText();
            Check(element.ValueKind == JsonValueKind.Object && Encoding.UTF8.GetByteCount(metadata) <= 4096 && Depth(element) <= 16);
        }

        string? region = String(fields, "region", 63);
        Check(region is null || Regex.IsMatch(region, @"\A[a-z0-9][a-z0-9-]*\z"));
        uint regionTag = RegionTag.Of(region);
        string fallback = "";
        if (fields.TryGetValue("fallback", out JsonElement nested))
        {
            Check(Depth(nested) <= 16);
            Dictionary<string, JsonElement> inner = Fields(nested, "to", "from", "content", "afterSeconds");
            byte[] innerTo = Encoding.UTF8.GetBytes(String(inner, "to", int.MaxValue) ?? throw new Refused());
            Check(Address.Parse(innerTo, new byte[innerTo.Length], out Address other) == AddressReason.None);
            Check(other.Channel != address.Channel || !other.Value.SequenceEqual(address.Value));
            int after = 0;
            Check(!inner.TryGetValue("afterSeconds", out JsonElement waits) || (waits.ValueKind == JsonValueKind.Number && waits.TryGetInt32(out after) && after is >= 1 and <= 604_800));
            (string innerText, string innerTemplate, JsonElement innerGiven) = (text, template, given);
            if (inner.TryGetValue("content", out JsonElement innerContent))
            {
                innerGiven = innerContent;
                innerText = Content(innerContent, out innerTemplate);
            }

            bool isInnerText = innerTemplate.Length == 0;
            int innerSegments = isInnerText && other.Channel == Channel.Sms ? SmsText.Measure(Encoding.UTF8.GetBytes(innerText), out _) : 1;
            Check(innerSegments <= 255);
            fallback = $"\u0002{after}\u0002" + Describe(
                other.Channel, Encoding.UTF8.GetString(other.Value), String(inner, "from", 254) ?? "", purpose, priority, innerText, validity, notBefore,
                String(fields, "reference", 256) ?? "", metadata, innerSegments, regionTag, isInnerText ? "" : innerGiven.GetRawText(), innerTemplate);
        }

        return Describe(
            address.Channel, Encoding.UTF8.GetString(address.Value), String(fields, "from", 254) ?? "", purpose, priority, text, validity, notBefore,
            String(fields, "reference", 256) ?? "", metadata, segments, regionTag, isText ? "" : given.GetRawText(), template) + fallback;
    }

    /// <summary>The text; <paramref name="template"/>: empty for a text, else what is special of the kind.</summary>
    private static string Content(JsonElement element, out string template)
    {
        Dictionary<string, JsonElement> content = Fields(element, "type", "text", "name", "language", "parameters", "url", "mediaType", "caption");
        string type = String(content, "type", 20) ?? throw new Refused();
        string[] allowed = type switch
        {
            "text" => ["type", "text"],
            "template" => ["type", "name", "language", "parameters"],
            "media" => ["type", "url", "mediaType", "caption"],
            _ => throw new Refused(),
        };
        Check(content.Keys.All(allowed.Contains));
        template = "";
        switch (type)
        {
            case "text":
                return String(content, "text", int.MaxValue) ?? throw new Refused();
            case "template":
                string parameters = "";
                if (content.TryGetValue("parameters", out JsonElement given))
                {
                    Check(given.ValueKind == JsonValueKind.Object && Depth(given) <= 16);
                    parameters = given.GetRawText();
                }

                template = string.Join('\u0002', String(content, "name", 63) ?? throw new Refused(), String(content, "language", 35) ?? throw new Refused(), parameters);
                return "";
            default:
                string url = String(content, "url", 2048) ?? throw new Refused();
                Check(Url().IsMatch(url));
                Check(MediaType().IsMatch(String(content, "mediaType", 255) ?? throw new Refused()));
                template = "media";
                return String(content, "caption", 4096) ?? "";
        }
    }

    [GeneratedRegex(@"^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?([/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Url();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&\-^_.+]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&\-^_.+]{0,126}\z", RegexOptions.CultureInvariant)]
    private static partial Regex MediaType();

    /// <summary>The text that two decoders must agree on.</summary>
    public static string Describe(
        Channel channel, string to, string from, string purpose, string priority, string text, int validity, long notBefore, string reference, string metadata, int segments,
        uint region, string content, string template) =>
        string.Join('\u0001', channel, to, from, purpose, priority, text, validity, notBefore, reference, metadata, segments, region, content, template);

    private static Dictionary<string, JsonElement> Fields(JsonElement element, params string[] allowed)
    {
        Check(element.ValueKind == JsonValueKind.Object);
        Dictionary<string, JsonElement> fields = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            Check(allowed.Contains(property.Name) && fields.TryAdd(property.Name, property.Value));
        }

        return fields;
    }

    private static string? String(Dictionary<string, JsonElement> fields, string name, int bytesMax)
    {
        if (!fields.TryGetValue(name, out JsonElement element))
        {
            return null;
        }

        Check(element.ValueKind == JsonValueKind.String);
        string value = element.GetString()!;
        Check(value.Length > 0 && !value.Contains('\0') && Encoding.UTF8.GetByteCount(value) <= bytesMax);
        return value;
    }

    /// <summary>Levels of objects and arrays; reads every string on the way, which throws for half a surrogate pair.</summary>
    private static int Depth(JsonElement element)
    {
        int deepest = 0;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    deepest = Math.Max(deepest, Depth(property.Value));
                }

                return deepest + 1;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    deepest = Math.Max(deepest, Depth(item));
                }

                return deepest + 1;
            case JsonValueKind.String:
                element.GetString();
                return 0;
            default:
                return 0;
        }
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new Refused();
        }
    }

    /// <summary>The body breaks a rule.</summary>
    private sealed class Refused : Exception;
}
