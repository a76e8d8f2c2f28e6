using System.Text.Json;

namespace Router.FrontDoor.Administration;

/// <summary>Keeps secrets out of answers: of a kind's settings, fields whose names say that they are secret are left out.</summary>
internal static class SecretFields
{
    // A name with one of these words inside is a secret's. Too many is safe: a setting that is not shown can be set anew.
    private static readonly string[] Words = ["password", "secret", "token", "key", "credential", "auth"];

    /// <summary>Writes the JSON object <paramref name="settings"/> without its secrets, at any depth.</summary>
    internal static void WriteWithout(Utf8JsonWriter json, string settings)
    {
        using JsonDocument document = JsonDocument.Parse(settings);
        Write(json, document.RootElement);
    }

    private static void Write(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (!IsSecret(property.Name))
                    {
                        json.WritePropertyName(property.Name);
                        Write(json, property.Value);
                    }
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }

    private static bool IsSecret(string name)
    {
        foreach (string word in Words)
        {
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
