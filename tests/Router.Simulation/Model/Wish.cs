using System.Globalization;
using System.Text;

namespace Router.Simulation.Model;

/// <summary>A message as a client wants it, in the client's words.</summary>
internal sealed record Wish
{
    public required int Tenant { get; init; }

    /// <summary>Unique; Latin letters only, so that segments are a matter of length.</summary>
    public required string Text { get; init; }

    public required string Channel { get; init; }

    public required string To { get; init; }

    public string? From { get; init; }

    public required string Purpose { get; init; }

    public required string Priority { get; init; }

    public int ValiditySeconds { get; init; }

    /// <summary>Unix ms, a whole second; 0: at once.</summary>
    public long ScheduleAtMs { get; init; }

    public string? Region { get; init; }

    public string? Key { get; init; }

    public Wish? Fallback { get; init; }

    /// <summary>Of a message with a fallback: seconds after which that goes in any case; 0: only when this one fails.</summary>
    public int AfterSeconds { get; init; }

    public bool IsFallback { get; init; }

    public bool IsMarketing => Purpose == "marketing";

    /// <summary>160 letters are one SMS; of more, each holds 153.</summary>
    public int Segments => Channel != "sms" || Text.Length <= 160 ? 1 : (Text.Length + 152) / 153;

    /// <summary>The body of <c>POST /v1/messages</c>.</summary>
    public byte[] Body() => Encoding.UTF8.GetBytes(Json());

    private string Json()
    {
        var json = new StringBuilder(256);
        json.Append(CultureInfo.InvariantCulture, $$"""{"to":"{{Channel}}:{{To}}","purpose":"{{Purpose}}","priority":"{{Priority}}","content":{"type":"text","text":"{{Text}}"}""");
        Add(json, "from", From);
        Add(json, "region", Region);
        if (ValiditySeconds > 0)
        {
            json.Append(CultureInfo.InvariantCulture, $",\"validitySeconds\":{ValiditySeconds}");
        }

        if (ScheduleAtMs > 0)
        {
            Add(json, "scheduleAt", DateTimeOffset.FromUnixTimeMilliseconds(ScheduleAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        if (Fallback is { } second)
        {
            json.Append(CultureInfo.InvariantCulture, $$""","fallback":{"to":"{{second.Channel}}:{{second.To}}","content":{"type":"text","text":"{{second.Text}}"}""");
            if (AfterSeconds > 0)
            {
                json.Append(CultureInfo.InvariantCulture, $",\"afterSeconds\":{AfterSeconds}");
            }

            json.Append('}');
        }

        return json.Append('}').ToString();
    }

    private static void Add(StringBuilder json, string name, string? value)
    {
        if (value is not null)
        {
            json.Append(CultureInfo.InvariantCulture, $",\"{name}\":\"{value}\"");
        }
    }
}
