using System.Text.Json;
using Router.Core.Messages;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>
/// A JSON object read field by field: keeps the first thing that is wrong in <see cref="Problem"/> and then reads nulls. Fields nobody asked for are refused by
/// <see cref="RefuseUnknown"/>. Cold.
/// </summary>
internal sealed class JsonFields(JsonElement element, string path, JsonFields? parent = null)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private Problem? problem;

    /// <summary>The first thing wrong in this object or one inside it.</summary>
    internal Problem? Problem => parent is null ? problem : parent.Problem;

    internal void Refuse(Problem wrong)
    {
        if (parent is not null)
        {
            parent.Refuse(wrong);
            return;
        }

        // What is missing is often there under a wrong name, which says more.
        if (problem is null || (problem.Code == "missing_field" && wrong.Code == "unknown_field"))
        {
            problem = wrong;
        }
    }

    /// <summary>Fields of the contract that this version does not honour yet.</summary>
    internal void NotAvailable(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Find(name) is not null)
            {
                Refuse(KnownProblems.NotAvailable(path + name));
            }
        }
    }

    internal string? Text(string name) => Find(name, JsonValueKind.String, "text")?.GetString();

    /// <summary>Text, or null where null stands; the field is needed.</summary>
    internal string? RequiredTextOrNull(string name) => Require(name, Find(name)) is { ValueKind: JsonValueKind.Null } or null ? null : Text(name);

    /// <summary>A time of RFC 3339, in milliseconds since 1970.</summary>
    internal long? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        Span<byte> ascii = stackalloc byte[64];
        if (text.Length <= ascii.Length && System.Text.Ascii.IsValid(text) && Rfc3339.TryParse(ascii[..System.Text.Encoding.ASCII.GetBytes(text, ascii)], out long unixMs))
        {
            return unixMs;
        }

        Refuse(KnownProblems.InvalidValue(path + name, $"is '{Problems.Problem.Shown(text)}', not a time as RFC 3339 has it, e.g. 2030-01-31T12:00:00Z"));
        return null;
    }

    internal string RequiredText(string name) => Require(name, Text(name)) ?? "";

    internal bool? Bool(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Refuse(KnownProblems.InvalidValue(path + name, $"is {Word(value.ValueKind)}, not true or false"));
        return null;
    }

    internal int? Int32(string name) => (int?)Integer(name, int.MinValue, int.MaxValue);

    internal long? Int64(string name) => Integer(name, long.MinValue, long.MaxValue);

    internal decimal? Decimal(string name)
    {
        if (Find(name, JsonValueKind.Number, "a number") is not { } value)
        {
            return null;
        }

        if (value.TryGetDecimal(out decimal number))
        {
            return number;
        }

        Refuse(KnownProblems.InvalidValue(path + name, "is too long a number"));
        return null;
    }

    internal IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name, JsonValueKind.Array, "a list") is not { } value)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                Refuse(KnownProblems.InvalidValue(path + name, "has an item that is not text"));
                return null;
            }

            texts.Add(item.GetString()!);
        }

        return texts;
    }

    /// <summary>Reads each object of a list by <paramref name="read"/>.</summary>
    internal IReadOnlyList<T>? Objects<T>(string name, Func<JsonFields, T> read)
    {
        if (Find(name, JsonValueKind.Array, "a list") is not { } value)
        {
            return null;
        }

        var objects = new List<T>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            string at = $"{path}{name}[{objects.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
            {
                Refuse(KnownProblems.InvalidValue(at, "is not an object"));
                return null;
            }

            var fields = new JsonFields(item, at + ".", this);
            objects.Add(read(fields));
            fields.RefuseUnknown();
        }

        return objects;
    }

    /// <summary>Reads an object by <paramref name="read"/>; null when it is not there.</summary>
    internal T? Object<T>(string name, Func<JsonFields, T> read)
        where T : class
    {
        if (Find(name, JsonValueKind.Object, "an object") is not { } value)
        {
            return null;
        }

        var fields = new JsonFields(value, path + name + ".", this);
        T made = read(fields);
        fields.RefuseUnknown();
        return made;
    }

    /// <summary>An object taken as it is.</summary>
    internal JsonElement? Raw(string name) => Find(name, JsonValueKind.Object, "an object");

    /// <summary>An object from names to whole numbers.</summary>
    internal IReadOnlyDictionary<string, int>? Numbers(string name)
    {
        if (Find(name, JsonValueKind.Object, "an object") is not { } value)
        {
            return null;
        }

        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var fields = new JsonFields(value, path + name + ".", this);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (fields.Int32(property.Name) is { } number)
            {
                numbers[property.Name] = number;
            }
        }

        return numbers;
    }

    /// <summary>An object from names to numbers.</summary>
    internal IReadOnlyDictionary<string, decimal>? Decimals(string name)
    {
        if (Find(name, JsonValueKind.Object, "an object") is not { } value)
        {
            return null;
        }

        var numbers = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var fields = new JsonFields(value, path + name + ".", this);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (fields.Decimal(property.Name) is { } number)
            {
                numbers[property.Name] = number;
            }
        }

        return numbers;
    }

    /// <summary>One of several words; the first when it is not there.</summary>
    internal T Word<T>(string name, params ReadOnlySpan<(string Word, T Value)> words)
    {
        if (Text(name) is not { } given)
        {
            return words[0].Value;
        }

        foreach ((string word, T value) in words)
        {
            if (word == given)
            {
                return value;
            }
        }

        string known = "";
        foreach ((string word, _) in words)
        {
            known += known.Length == 0 ? word : ", " + word;
        }

        Refuse(KnownProblems.InvalidValue(path + name, $"is {Problems.Problem.Shown(given)}, not one of {known}"));
        return words[0].Value;
    }

    /// <summary>Refuses the absence of a field.</summary>
    internal T? Require<T>(string name, T? value)
    {
        if (value is null)
        {
            Refuse(KnownProblems.MissingField(path + name));
        }

        return value;
    }

    /// <summary>Refuses the first field that nobody asked for.</summary>
    internal void RefuseUnknown()
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                Refuse(KnownProblems.UnknownField(path + Problems.Problem.Shown(property.Name), known));
                return;
            }
        }
    }

    private long? Integer(string name, long from, long to)
    {
        if (Find(name, JsonValueKind.Number, "a whole number") is not { } value)
        {
            return null;
        }

        if (value.TryGetInt64(out long number) && number >= from && number <= to)
        {
            return number;
        }

        Refuse(KnownProblems.InvalidValue(path + name, $"is {Problems.Problem.Shown(value.GetRawText())}, not a whole number from {from} to {to}"));
        return null;
    }

    private JsonElement? Find(string name, JsonValueKind kind, string shown)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Refuse(KnownProblems.InvalidValue(path + name, $"is {Word(value.ValueKind)}, not {shown}"));
        return null;
    }

    // The kind, not the value: that may be personal.
    private static string Word(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private JsonElement? Find(string name)
    {
        known.Add(name);
        return element.TryGetProperty(name, out JsonElement value) ? value : null;
    }
}
