using System.Text.Json;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>
/// Finds a field that stands twice in its object, at any depth (RFC 8259 §4 leaves open which one counts), and names it as the decoder of messages does: the parser's own
/// refusal could not be told from text that is no JSON. Cold; as deep as <see cref="JsonText.Reading"/> lets a document be.
/// </summary>
internal static class RepeatedFields
{
    /// <summary>The refusal of the first one; null: there is none.</summary>
    internal static Problem? Find(JsonElement element) => Find(element, "");

    private static Problem? Find(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => InObject(element, path),
        JsonValueKind.Array => InArray(element, path),
        _ => null,
    };

    private static Problem? InObject(JsonElement element, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string before = path.Length == 0 ? "" : path + ".";
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string at = before + Problem.Shown(property.Name);
            if (!names.Add(property.Name))
            {
                return KnownProblems.DuplicateField(at);
            }

            if (Find(property.Value, at) is { } inside)
            {
                return inside;
            }
        }

        return null;
    }

    private static Problem? InArray(JsonElement element, string path)
    {
        int index = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Find(item, $"{path}[{index}]") is { } inside)
            {
                return inside;
            }

            index++;
        }

        return null;
    }
}
