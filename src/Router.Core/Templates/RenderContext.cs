using System.Globalization;
using Fluid;
using Fluid.Values;

namespace Router.Core.Templates;

/// <summary>What one rendering may use: its parameters, the time, the language's numbers, and so much work.</summary>
/// <remarks>
/// Three bounds that do not depend on a clock: <see cref="StepsMax"/> statements, <see cref="WorkMax"/> characters that filters read and write, and the output's own. No file, no
/// host object, no reflection: values are made of JSON alone and <see cref="TemplateSyntax"/> knows no tag that reads anything else.
/// </remarks>
internal sealed class RenderContext : TemplateContext
{
    /// <summary>Statements at most.</summary>
    public const int StepsMax = 10_000;

    /// <summary>Characters of any value that a filter makes, at most.</summary>
    public const int ValueCharactersMax = MessageCharactersMax;

    /// <summary>Characters that all filters together read and write at most: some ten milliseconds.</summary>
    public const int WorkMax = 4 * 1024 * 1024;

    /// <summary>Characters of the output at most: each is a byte at least.</summary>
    public const int MessageCharactersMax = ushort.MaxValue;

    private int work;

    public RenderContext(CultureInfo culture, long nowMs, Dictionary<string, FluidValue> parameters)
        : base(TemplateFilters.Options, StringComparer.Ordinal)
    {
        CultureInfo = culture;
        Now = () => DateTimeOffset.FromUnixTimeMilliseconds(nowMs);
        foreach ((string name, FluidValue value) in parameters)
        {
            SetValue(name, value);
        }
    }

    /// <summary>Counts work; throws when it is too much.</summary>
    /// <exception cref="TemplateLimitException">It is.</exception>
    public void Charge(long characters)
    {
        if (characters > WorkMax - work)
        {
            throw new TemplateLimitException("works on more than 4,194,304 characters with these parameters");
        }

        work += (int)characters;
    }
}
