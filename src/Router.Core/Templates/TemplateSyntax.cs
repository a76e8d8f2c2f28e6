using Fluid;

namespace Router.Core.Templates;

/// <summary>The part of Liquid that templates may use. Cold.</summary>
/// <remarks>Refused: tags that read files (<c>include</c>, <c>render</c>), that keep state or only save typing (<c>capture</c>, <c>increment</c>, <c>cycle</c>, <c>tablerow</c> …), functions and ranges.</remarks>
internal static class TemplateSyntax
{
    // The parser and the renderer go as deep as the text nests, and a stack that overflows ends the process: 512 tags inside each other, or 1,300 indexes, take the megabyte of a thread.
    // So what can nest is counted before it is parsed. Half a megabyte is enough for these (TemplateTests).
    private const int TagsMax = 100;
    private const int IndexesMax = 64;
    private const int FiltersMax = 100;

    private static readonly string[] Tags = ["assign", "if", "unless", "case", "for", "break", "continue", "comment", "raw", "#"];

    private static readonly FluidParser Parser = MakeParser();

    /// <summary>Parses; false: <paramref name="fault"/> says what is wrong and in which line and column.</summary>
    public static bool TryParse(string text, out IFluidTemplate? template, out string fault)
    {
        template = null;
        if (text.AsSpan().Count("{%") > TagsMax || text.AsSpan().Count('[') > IndexesMax || text.AsSpan().Count('|') > FiltersMax)
        {
            fault = $"is too intricate: at most {TagsMax} tags ({{%), {IndexesMax} indexes ([) and {FiltersMax} filters (|)";
            return false;
        }

        if (Parser.TryParse(text, out template, out string error))
        {
            fault = "";
            return true;
        }

        // "... at (line:column)" and a copy of the line, which the sender has.
        string said = error.Split('\n')[0].Trim();
        fault = $"is not a template: {said}; tags are {string.Join(", ", Tags)}";
        return false;
    }

    private static FluidParser MakeParser()
    {
        var parser = new FluidParser(new FluidParserOptions { AllowFunctions = false, AllowParentheses = false, AllowLiquidTag = false });
        foreach (string tag in parser.RegisteredTags.Keys.ToArray())
        {
            if (!Tags.Contains(tag))
            {
                parser.RegisteredTags.Remove(tag);
            }
        }

        return parser;
    }
}
