using System.Globalization;
using System.Text.Json;
using Router.Core.Tenants;

namespace Router.Providers.Settings;

/// <summary>
/// Reads a kind's settings (a JSON object) strictly: the first fault is kept and names the field, its value unless it is secret, the range and the remedy.
/// Fields never asked for are unknown and refused by <see cref="Finish"/>. Cold.
/// </summary>
internal sealed class SettingsReader : IDisposable
{
    private readonly string kind;
    private readonly JsonDocument? document;
    private readonly List<string> known = [];

    /// <summary>Opens <paramref name="json"/>, the settings of <paramref name="kind"/>.</summary>
    public SettingsReader(string kind, string json)
    {
        this.kind = kind;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                Fault = new SettingsFault("settings", $"is {Words(document.RootElement.ValueKind)}; the settings of {kind} are a JSON object");
            }
        }
        catch (JsonException)
        {
            Fault = new SettingsFault("settings", $"is not a JSON object without repeated fields; write the settings of {kind} as one");
        }
    }

    /// <summary>The first fault; null: none.</summary>
    public SettingsFault? Fault { get; private set; }

    /// <summary>A whole number; <paramref name="fallback"/> when it is absent, a fault when that is null.</summary>
    public int Integer(string field, int min, int max, int? fallback)
    {
        if (!TryFind(field, fallback is null, $"a whole number from {Text(min)} to {Text(max)}", out JsonElement value))
        {
            return fallback ?? min;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= min && number <= max)
        {
            return number;
        }

        Refuse(field, value, $"a whole number from {Text(min)} to {Text(max)}");
        return min;
    }

    /// <summary>A whole number; null when it is absent.</summary>
    public int? OptionalInteger(string field, int min, int max) => Has(field) ? Integer(field, min, max, null) : Absent(field);

    /// <summary>A share from 0 to 1; 0 when it is absent.</summary>
    public double Share(string field)
    {
        const string range = "a number from 0 to 1";
        if (!TryFind(field, required: false, range, out JsonElement value))
        {
            return 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is >= 0 and <= 1)
        {
            return number;
        }

        Refuse(field, value, range);
        return 0;
    }

    /// <summary>A flag; false when it is absent.</summary>
    public bool Flag(string field)
    {
        const string range = "true or false";
        if (!TryFind(field, required: false, range, out JsonElement value))
        {
            return false;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Refuse(field, value, range);
        return false;
    }

    /// <summary>One of <paramref name="words"/>; the first when it is absent.</summary>
    public string Word(string field, params ReadOnlySpan<string> words)
    {
        string range = "one of " + string.Join(", ", words!);
        if (!TryFind(field, required: false, range, out JsonElement value))
        {
            return words[0];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            foreach (string word in words)
            {
                if (value.ValueEquals(word))
                {
                    return word;
                }
            }
        }

        Refuse(field, value, range);
        return words[0];
    }

    /// <summary>Printable ASCII of at most <paramref name="bytesMax"/> bytes; <paramref name="fallback"/> when it is absent, a fault when that is null. A <paramref name="secret"/> is not shown in faults.</summary>
    public string Ascii(string field, int bytesMin, int bytesMax, string? fallback, bool secret = false)
    {
        string range = $"{Text(bytesMin)} to {Text(bytesMax)} printable ASCII characters";
        if (!TryFind(field, fallback is null, range, out JsonElement value))
        {
            return fallback ?? "";
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length >= bytesMin && text.Length <= bytesMax
            && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        if (secret)
        {
            Refuse(field, $"is not {range}; set it so");
        }
        else
        {
            Refuse(field, value, range);
        }

        return "";
    }

    /// <summary>Any text of at most <paramref name="charactersMax"/> characters; empty when it is absent.</summary>
    public string Text(string field, int charactersMax)
    {
        string range = $"a text of 1 to {Text(charactersMax)} characters";
        if (!TryFind(field, required: false, range, out JsonElement value))
        {
            return "";
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length >= 1 && text.Length <= charactersMax)
        {
            return text;
        }

        Refuse(field, value, range);
        return "";
    }

    /// <summary>An object, for the caller to read; false when it is absent or none.</summary>
    public bool TryObject(string field, out JsonElement value)
    {
        const string range = "a JSON object";
        if (!TryFind(field, required: false, range, out value))
        {
            return false;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Refuse(field, value, range);
        return false;
    }

    /// <summary>Adds a fault found by the caller in <paramref name="value"/>, which <paramref name="path"/> (without <c>settings.</c>) names.</summary>
    public void Refuse(string path, JsonElement value, string range)
    {
        string text = value.GetRawText();
        text = text.Length > 40 ? text[..40] + "…" : text;
        Refuse(path, $"is {text}; set it to {range}");
    }

    /// <summary>Adds a fault found by the caller.</summary>
    public void Refuse(SettingsFault fault) => Fault ??= fault;

    /// <summary>Refuses fields that were not asked for; returns the first fault or null.</summary>
    public SettingsFault? Finish()
    {
        if (Fault is null && document is not null)
        {
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(property.Name))
                {
                    // The name is the operator's own text and may be anything: shortened, its value not shown.
                    string name = property.Name.Length > 40 ? property.Name[..40] + "…" : property.Name;
                    Refuse(name, $"is not a field of {kind}; remove it (fields: {string.Join(", ", known)})");
                    return Fault;
                }
            }
        }

        return Fault;
    }

    /// <inheritdoc/>
    public void Dispose() => document?.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Words(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a flag",
    };

    private bool TryFind(string field, bool required, string range, out JsonElement value)
    {
        known.Add(field);
        value = default;
        if (Fault is not null || document is null)
        {
            return false;
        }

        if (document.RootElement.TryGetProperty(field, out value))
        {
            return true;
        }

        if (required)
        {
            Refuse(field, $"is missing; set it to {range}");
        }

        return false;
    }

    private void Refuse(string field, string wrong) => Refuse(new SettingsFault($"settings.{field}", wrong));

    private bool Has(string field) => document is not null && document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(field, out _);

    private int? Absent(string field)
    {
        known.Add(field);
        return null;
    }
}
