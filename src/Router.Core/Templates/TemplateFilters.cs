using System.Text;
using Fluid;
using Fluid.Values;

namespace Router.Core.Templates;

/// <summary>The filters that templates may use: those of Liquid that make no more than a fixed multiple of what they are given, and own ones for the rest. All charge their work.</summary>
/// <remarks>Left out: what makes lists (<c>split</c>, <c>concat</c>, <c>map</c> …), what is for pages (<c>escape</c>, <c>strip_html</c> …) and hashes.</remarks>
internal static class TemplateFilters
{
    private const int FormatLengthMax = 64;
    private const int WidthDigitsMax = 2;

    private static readonly string[] Taken =
    [
        "upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "strip_newlines", "truncate", "truncatewords", "append", "prepend", "remove", "remove_first", "replace_first",
        "slice", "size", "first", "last", "default", "plus", "minus", "times", "divided_by", "modulo", "round", "ceil", "floor", "abs", "at_least", "at_most", "url_encode",
    ];

    /// <summary>The options of every rendering.</summary>
    public static TemplateOptions Options { get; } = MakeOptions();

    /// <summary>Whether there is such a filter.</summary>
    public static bool IsKnown(string name) => Options.Filters.TryGetValue(name, out _);

    /// <summary>Their names, for people.</summary>
    public static string Names { get; } = string.Join(", ", Options.Filters.Select(static f => f.Key).Order(StringComparer.Ordinal));

    private static TemplateOptions MakeOptions()
    {
        var options = new TemplateOptions
        {
            MaxSteps = RenderContext.StepsMax,
            TimeZone = TimeZoneInfo.Utc,
            Now = static () => DateTimeOffset.UnixEpoch,
            ModelNamesComparer = StringComparer.Ordinal,
        };
        Dictionary<string, FilterDelegate> taken = new(StringComparer.Ordinal);
        foreach (string name in Taken)
        {
            taken.Add(name, Find(options, name));
        }

        FilterDelegate date = Find(options, "date");
        FilterDelegate number = Find(options, "format_number");
        options.Filters.Clear();
        foreach ((string name, FilterDelegate filter) in taken)
        {
            options.Filters.AddFilter(name, Bounded(filter));
        }

        options.Filters.AddFilter("date", Bounded((input, arguments, context) => date(input, Format(arguments, IsDateFormat), context)));
        options.Filters.AddFilter("format_number", Bounded((input, arguments, context) => number(input, Format(arguments, IsNumberFormat), context)));
        options.Filters.AddFilter("replace", Bounded(Replace));
        options.Filters.AddFilter("join", Bounded(Join));
        return options;
    }

    private static FilterDelegate Find(TemplateOptions options, string name) =>
        options.Filters.TryGetValue(name, out FilterDelegate? filter) ? filter : throw new InvalidOperationException($"Fluid has no filter {name}");

    // What goes in is charged before, what comes out after: no filter makes more than some times of what it was given before it is stopped.
    private static FilterDelegate Bounded(FilterDelegate filter) => (input, arguments, context) =>
    {
        var counting = (RenderContext)context;
        long given = Weight(input);
        for (int i = 0; i < arguments.Count; i++)
        {
            given += Weight(arguments.At(i));
        }

        counting.Charge(1 + given);
        ValueTask<FluidValue> made = filter(input, arguments, context);
        if (made.IsCompletedSuccessfully)
        {
            int length = Weight(made.Result);
            counting.Charge(length);
            if (length > RenderContext.ValueCharactersMax)
            {
                throw new TemplateLimitException();
            }
        }

        return made;
    };

    private static int Weight(FluidValue value) => value is StringValue ? value.ToStringValue().Length : 1;

    // The width of a conversion (%9N) makes as many characters as it says.
    private static FilterArguments Format(FilterArguments arguments, Func<string, bool> isFormat)
    {
        string format = arguments.At(0).ToStringValue();
        return format.Length <= FormatLengthMax && isFormat(format)
            ? new FilterArguments(arguments.At(0))
            : throw new TemplateLimitException("has a format of more than 64 characters, or with a width of more than 99");
    }

    private static bool IsDateFormat(string format)
    {
        for (int i = format.IndexOf('%', StringComparison.Ordinal); i >= 0; i = format.IndexOf('%', i))
        {
            int digits = 0;
            for (i++; i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] is '-' or '_' or '^' or '#' or ':'); i++)
            {
                digits += char.IsAsciiDigit(format[i]) ? 1 : 0;
            }

            if (digits > WidthDigitsMax)
            {
                return false;
            }

            if (i >= format.Length)
            {
                break;
            }

            i++;
        }

        return true;
    }

    // N2 is two decimals; a format of .NET's own is as long as what it makes.
    private static bool IsNumberFormat(string format) =>
        format.Length <= 1 + WidthDigitsMax || !char.IsAsciiLetter(format[0]) || format.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    private static ValueTask<FluidValue> Replace(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        string text = input.ToStringValue();
        string from = arguments.At(0).ToStringValue();
        string to = arguments.At(1).ToStringValue();
        if (from.Length == 0)
        {
            return new ValueTask<FluidValue>(new StringValue(text));
        }

        long length = text.Length;
        for (int at = text.IndexOf(from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(from, at + from.Length, StringComparison.Ordinal))
        {
            length += to.Length - from.Length;
        }

        return length > RenderContext.ValueCharactersMax
            ? throw new TemplateLimitException()
            : new ValueTask<FluidValue>(new StringValue(text.Replace(from, to, StringComparison.Ordinal)));
    }

    private static ValueTask<FluidValue> Join(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        if (input is not ArrayValue list)
        {
            return new ValueTask<FluidValue>(input);
        }

        string between = arguments.At(0).ToStringValue();
        var joined = new StringBuilder();
        foreach (FluidValue item in list.Values)
        {
            string text = item is DictionaryValue or ArrayValue ? "" : item.ToStringValue();
            if (joined.Length + text.Length + between.Length > RenderContext.ValueCharactersMax)
            {
                throw new TemplateLimitException();
            }

            joined.Append(joined.Length == 0 ? "" : between).Append(text);
        }

        return new ValueTask<FluidValue>(new StringValue(joined.ToString()));
    }
}
