namespace Router.Core.Events;

/// <summary>Which types of events somebody wants: a bit a type.</summary>
public readonly record struct EventFilter(uint Bits)
{
    /// <summary>Words of a filter at most: more than there are types is a mistake.</summary>
    public const int WordsMax = 32;

    /// <summary>How words may look, for people.</summary>
    public static readonly string Rule = $"a type ({string.Join(", ", EventTypes.All)}), a group of them such as message.*, or *";

    /// <summary>Every type, also those to come.</summary>
    public static EventFilter All { get; } = new(uint.MaxValue);

    /// <summary>Whether <paramref name="type"/> is wanted.</summary>
    public bool Wants(EventType type) => (Bits & (1u << (int)type)) != 0;

    /// <summary>Reads words: types, groups such as <c>message.*</c>, and <c>*</c>; false: <paramref name="wrong"/> is none of these.</summary>
    public static bool TryParse(IEnumerable<string> words, out EventFilter filter, out string wrong)
    {
        ArgumentNullException.ThrowIfNull(words);
        uint bits = 0;
        foreach (string word in words)
        {
            uint one = BitsOf(word);
            if (one == 0)
            {
                filter = default;
                wrong = word;
                return false;
            }

            bits |= one;
        }

        filter = new EventFilter(bits);
        wrong = "";
        return true;
    }

    private static uint BitsOf(string word)
    {
        if (word == "*")
        {
            return uint.MaxValue;
        }

        bool isGroup = word.EndsWith(".*", StringComparison.Ordinal);
        uint bits = 0;
        for (int type = 0; type < EventTypes.All.Count; type++)
        {
            string known = EventTypes.All[type];
            if (isGroup ? known.StartsWith(word[..^1], StringComparison.Ordinal) : known == word)
            {
                bits |= 1u << type;
            }
        }

        return bits;
    }
}
