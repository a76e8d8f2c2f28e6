using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>Every endpoint that takes a body, with every way to write it wrong made from its sample: refused with a code, the field and what is right, and nothing changed.</summary>
public sealed class MalformedSuite
{
    // Of each kind of JSON one value.
    private static readonly string[] Values = ["null", "true", "7.25", "\"\\u0001wrong\"", "[]", "{\"no-such-field\":1}"];

    public static TheoryData<string> Endpoints => [.. Mapped.Guarded.Keys.Where(static e => !Samples.All.TryGetValue(e, out Sample? sample) || sample.Body is not null)];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_wrong_body_is_refused_and_changes_nothing(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World world, _) = await World.MakeAsync(door);
        string before = await StateAsync(door, world);
        string right = sample.Body!(world);
        List<string> wrong = [];
        foreach (Wrong one in WhichAreNoJson(right).Concat(WithWrongFields(right, sample)))
        {
            Call call = await Call.SendAsync(door, Call.MethodOf(endpoint), sample.Path(world), door.Keys[sample.Allowed.Split(' ')[0]], one.Body);
            if (one.Mistake(call) is { } mistake)
            {
                wrong.Add($"{one.What}: {mistake}; {call.Status} {call.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Call large = await Call.SendAsync(door, Call.MethodOf(endpoint), sample.Path(world), door.Keys[sample.Allowed.Split(' ')[0]], Padded(right, sample.TooManyBytes));
        large.Answer.IsProblem(413, "too_large");
        Call typed = await Call.SendAsync(door, Call.MethodOf(endpoint), sample.Path(world), door.Keys[sample.Allowed.Split(' ')[0]], Encoding.UTF8.GetBytes(right), "text/plain");
        typed.Answer.IsProblem(415, "unsupported_media_type");
        Assert.Equal(before, await StateAsync(door, world));

        // The sample itself is right: else all of this would say nothing.
        Call last = await Call.SendAsync(door, endpoint, sample, world, door.Keys[sample.Allowed.Split(' ')[0]]);
        Assert.True(last.Status == sample.Status, $"{last.Status} {last.Text}");
    }

    private sealed record Wrong(string What, byte[] Body, string Code, string? Field = null)
    {
        public Wrong(string what, string body, string code, string? field = null)
            : this(what, Encoding.UTF8.GetBytes(body), code, field)
        {
        }

        // Null: the answer is right. A code with bars names several.
        public string? Mistake(Call call)
        {
            if (call.Status != 400 || call.Type != "application/problem+json")
            {
                return $"not refused with 400, {Code}";
            }

            Answer answer = call.Answer;
            string detail = answer.Json.GetProperty("detail").GetString()!;
            return !Code.Split('|').Contains(answer.ProblemCode) ? $"not {Code}"
                : Field is not null && answer.Field != Field ? $"the field is not {Field}"
                : detail.Length < 10 || (answer.Field is { } field && !detail.TrimStart('"').StartsWith(field, StringComparison.Ordinal)) ? "the detail does not begin with its field"
                : null;
        }
    }

    private static IEnumerable<Wrong> WhichAreNoJson(string right)
    {
        foreach (string text in new[] { "", " ", "{", "}", "[]", "null", "7", "\"x\"", "nonsense", right + "x", right + right, right[..^1], "{'a':1}", "/*c*/" + right, "\uFEFF" + right + "\uFEFF" })
        {
            yield return new Wrong($"no JSON object, '{text[..Math.Min(20, text.Length)]}'", text, "malformed_json");
        }

        // What reads from the front meets the unknown field first.
        yield return new Wrong("a comma too many", "{\"a\":1,}", "malformed_json|unknown_field");
        yield return new Wrong("a zero byte after it", right + "\0", "malformed_json");
        yield return new Wrong("a zero byte in it", right.Insert(1, "\0"), "malformed_json");
        yield return new Wrong("a zero byte in a name", right.Insert(2, "\0"), "malformed_json");
        yield return new Wrong("not UTF-8", [.. Encoding.UTF8.GetBytes(right)[..2], 0xC3, 0x28, .. Encoding.UTF8.GetBytes(right)[2..]], "malformed_json|unknown_field");
        yield return new Wrong("UTF-16", Encoding.Unicode.GetBytes(right), "malformed_json");
        yield return new Wrong("too deep", string.Concat(Enumerable.Repeat("{\"a\":", 500)) + "1" + new string('}', 500), "malformed_json|unknown_field");
        yield return new Wrong("too deep lists", "{\"a\":" + new string('[', 500) + new string(']', 500) + "}", "malformed_json|unknown_field");
    }

    private static IEnumerable<Wrong> WithWrongFields(string right, Sample sample)
    {
        yield return new Wrong("an unknown field", With(right, "", static o => o["no-such-field"] = 1), "unknown_field", "no-such-field");
        yield return new Wrong("half a character", right.Insert(1, "\"no-such-\\ud800\":1" + (right.Length > 2 ? "," : "")), "malformed_json|unknown_field");
        foreach ((string path, JsonNode? value) in Fields(JsonNode.Parse(right)!.AsObject(), "", sample))
        {
            string parent = path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";
            string name = path[(parent.Length == 0 ? 0 : parent.Length + 1)..];
            if (value is JsonObject && !sample.Free.Contains(path))
            {
                yield return new Wrong($"an unknown field in {path}", With(right, path, static o => o["no-such-field"] = 1), "unknown_field|invalid_value", null);
            }

            if (parent.Length == 0)
            {
                yield return new Wrong($"{path} twice", $"{right[..^1]},\"{name}\":{value?.ToJsonString() ?? "null"}}}", "duplicate_field", path);
            }

            if (sample.Required.Contains(path))
            {
                yield return new Wrong($"without {path}", With(right, parent, o => o.Remove(name)), "missing_field", path);
            }

            foreach (string other in Values.Where(v => JsonDocument.Parse(v).RootElement.ValueKind is var kind && kind != value!.GetValueKind() && !(kind is JsonValueKind.True && value.GetValueKind() is JsonValueKind.False)))
            {
                if (other == "null" && sample.Nullable.Contains(path))
                {
                    continue;
                }

                yield return new Wrong($"{path} is {other}", With(right, parent, o => o[name] = JsonNode.Parse(other)), "invalid_value|invalid_address|not_available", path);
            }
        }
    }

    private static IEnumerable<(string Path, JsonNode? Value)> Fields(JsonObject at, string before, Sample sample)
    {
        foreach ((string name, JsonNode? value) in at)
        {
            yield return (before + name, value);
            if (value is JsonObject inside && !sample.Free.Contains(before + name))
            {
                foreach ((string Path, JsonNode? Value) field in Fields(inside, before + name + ".", sample))
                {
                    yield return field;
                }
            }
        }
    }

    private static string With(string right, string path, Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(right)!.AsObject();
        JsonObject at = root;
        foreach (string step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at[step]!.AsObject();
        }

        change(at);
        return root.ToJsonString();
    }

    // Blanks are JSON: only the length is wrong.
    private static byte[] Padded(string right, int bytes) => Encoding.UTF8.GetBytes(right + new string(' ', bytes - Encoding.UTF8.GetByteCount(right)));

    private static async Task<string> StateAsync(TestDoor door, World world)
    {
        string state = "";
        foreach ((string endpoint, EndpointRule rule) in Mapped.Guarded)
        {
            Sample sample = Samples.Of(endpoint);
            if (rule.Method == "GET" && !sample.Streams)
            {
                Call call = await Call.SendAsync(door, endpoint, sample, world, door.Keys[sample.Allowed.Split(' ')[0]]);
                state += $"{endpoint}: {call.Status} {call.Text}\n";
            }
        }

        return state;
    }
}
