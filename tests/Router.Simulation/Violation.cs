using System.Runtime.CompilerServices;

namespace Router.Simulation;

/// <summary>A promise was broken: the run ends, and is told with its seed.</summary>
internal sealed class Violation(string what) : Exception(what)
{
    /// <summary>Ends the run unless <paramref name="holds"/>; the story is put together only then.</summary>
    public static void Unless(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Story story)
    {
        if (!holds)
        {
            throw new Violation(story.ToString());
        }
    }

    /// <summary>A text that costs nothing while all is well: checks run at each step.</summary>
    [InterpolatedStringHandler]
    public ref struct Story
    {
        private DefaultInterpolatedStringHandler inner;

        public Story(int literalLength, int formattedCount, bool holds, out bool tells)
        {
            tells = !holds;
            inner = tells ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string value) => inner.AppendLiteral(value);

        public void AppendFormatted<T>(T value, string? format = null) => inner.AppendFormatted(value, format);

        public override string ToString() => inner.ToStringAndClear();
    }
}
