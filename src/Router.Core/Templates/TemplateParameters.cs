using System.Text.Json;
using Fluid.Values;
using Router.Core.Messages;

namespace Router.Core.Templates;

/// <summary>Turns the JSON of <c>content.parameters</c> into Liquid's values.</summary>
internal static class TemplateParameters
{
    /// <summary>Reads an object that the decoder has found well-formed, whole and not too deep; false: <paramref name="problem"/> says which value cannot be one.</summary>
    /// <param name="json">Empty: no parameters.</param>
    /// <param name="parameters">Filled.</param>
    /// <param name="problem">Why it is refused.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, Dictionary<string, FluidValue> parameters, out BodyProblem problem)
    {
        problem = default;
        if (json.IsEmpty)
        {
            return true;
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        return TryReadObject(ref reader, parameters, out problem);
    }

    private static bool TryReadObject(ref Utf8JsonReader reader, Dictionary<string, FluidValue> into, out BodyProblem problem)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (!TryReadValue(ref reader, out FluidValue value, out problem))
            {
                return false;
            }

            if (!into.TryAdd(name, value))
            {
                problem = new BodyProblem(BodyProblemCode.DuplicateField, BodyField.ContentParameters, "has a field that stands twice: keep one");
                return false;
            }
        }

        problem = default;
        return true;
    }

    private static bool TryReadValue(ref Utf8JsonReader reader, out FluidValue value, out BodyProblem problem)
    {
        value = NilValue.Instance;
        problem = default;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                string text = reader.GetString()!;
                value = new StringValue(text);
                return !text.Contains('\0', StringComparison.Ordinal) || Fail("has a NUL character (\\u0000): remove it", out problem);
            case JsonTokenType.Number:
                bool fits = reader.TryGetDecimal(out decimal number);
                value = NumberValue.Create(number);
                return fits || Fail("has a number that is too large: at most 28 digits", out problem);
            case JsonTokenType.True or JsonTokenType.False:
                value = BooleanValue.Create(reader.TokenType == JsonTokenType.True);
                return true;
            case JsonTokenType.StartArray:
                return TryReadArray(ref reader, out value, out problem);
            case JsonTokenType.StartObject:
                Dictionary<string, FluidValue> fields = new(StringComparer.Ordinal);
                bool ok = TryReadObject(ref reader, fields, out problem);
                value = new DictionaryValue(new FluidValueDictionaryFluidIndexable(fields));
                return ok;
            default:
                return true; // null: as if it were not there
        }
    }

    private static bool TryReadArray(ref Utf8JsonReader reader, out FluidValue value, out BodyProblem problem)
    {
        value = NilValue.Instance;
        problem = default;
        List<FluidValue> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryReadValue(ref reader, out FluidValue item, out problem))
            {
                return false;
            }

            items.Add(item);
        }

        value = new ArrayValue(items);
        return true;
    }

    private static bool Fail(string phrase, out BodyProblem problem)
    {
        problem = new BodyProblem(BodyProblemCode.InvalidValue, BodyField.ContentParameters, phrase);
        return false;
    }
}
