using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Router.LoadTest.Report;

/// <summary>One chart as SVG: lines over a common axis, those of an earlier run dashed in the same colours. Colours and sizes are the page's style sheet's.</summary>
/// <param name="title">Its title.</param>
/// <param name="log">Whether its vertical axis is logarithmic.</param>
/// <param name="from">Where the horizontal axis begins.</param>
/// <param name="to">Where it ends.</param>
internal sealed class Chart(string title, bool log, double from, double to)
{
    private const int Width = 720;
    private const int Height = 250;
    private const int Left = 58;
    private const int Right = 12;
    private const int Top = 10;
    private const int Bottom = 26;
    private const int PointsMax = 500;
    private const double SmallestOfLog = 0.01;

    private readonly List<ChartLine> lines = [];
    private readonly List<(double At, string Label)> marks = [];

    /// <summary>Labels of the horizontal axis; none: numbers.</summary>
    internal IReadOnlyList<(double At, string Label)> Ticks { get; init; } = [];

    /// <summary>Adds what lies within the axis of a line, if any does.</summary>
    internal void Add(ChartLine line)
    {
        int[] within = [.. Enumerable.Range(0, line.Xs.Count).Where(i => line.Xs[i] >= from && line.Xs[i] <= to)];
        if (within.Length > 0)
        {
            lines.Add(line with { Xs = [.. within.Select(i => line.Xs[i])], Ys = [.. within.Select(i => line.Ys[i])] });
        }
    }

    internal void Add(double at, string label) => marks.Add((at, label));

    /// <summary>The chart in a figure of its own; nothing where no line is.</summary>
    internal void Write(StringBuilder page)
    {
        if (lines.Count == 0)
        {
            return;
        }

        double most = lines.Max(static l => l.Ys.Max());
        double least = log ? Math.Pow(10, Math.Floor(Math.Log10(Math.Max(SmallestOfLog, lines.Min(static l => l.Ys.Min()))))) : 0;
        double top = log ? Math.Max(Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(most, least)))), least * 10) : NiceAbove(most, [1, 2, 4, 6, 8, 10]);
        double X(double x) => Left + ((x - from) / (to - from) * (Width - Left - Right));
        double Y(double y) => Top + ((Height - Top - Bottom) * (1 - (log
            ? Math.Log10(Math.Clamp(y, least, top) / least) / Math.Log10(top / least)
            : Math.Clamp(y, 0, top) / top)));

        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(title)}\" data-from=\"{Number(from)}\" data-to=\"{Number(to)}\" data-left=\"{Left}\" data-right=\"{Width - Right}\">");
        foreach (double y in log ? Decades(least, top) : [.. Enumerable.Range(0, 5).Select(i => top * i / 4)])
        {
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):0.#}\" y2=\"{Y(y):0.#}\"/><text class=\"y\" x=\"{Left - 6}\" y=\"{Y(y) + 4:0.#}\">{Short(y)}</text>");
        }

        foreach ((double x, string label) in Ticks.Count > 0 ? Ticks : Steps())
        {
            if (x >= from && x <= to)
            {
                page.Append(CultureInfo.InvariantCulture, $"<text class=\"x\" x=\"{X(x):0.#}\" y=\"{Height - 8}\">{Text(label)}</text>");
            }
        }

        foreach ((double x, string label) in marks.Where(m => m.At > from && m.At <= to))
        {
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"mark\" x1=\"{X(x):0.#}\" x2=\"{X(x):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"><title>{Text(label)}</title></line>");
        }

        foreach (ChartLine line in lines)
        {
            WriteLine(page, Thinned(line), X, Y);
        }

        page.Append("</svg><div class=\"legend\">");
        foreach (ChartLine line in lines.Where(static l => !l.IsEarlier))
        {
            page.Append(CultureInfo.InvariantCulture, $"<span class=\"c{line.Colour}\">{Text(line.Name)}<b></b></span>");
        }

        page.Append("</div></figure>\n");
    }

    /// <summary>Text that is safe in the page.</summary>
    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void WriteLine(StringBuilder to, ChartLine line, Func<double, double> x, Func<double, double> y)
    {
        to.Append(CultureInfo.InvariantCulture, $"<polyline class=\"c{line.Colour}{(line.IsEarlier ? " earlier" : "")}\" data-xs=\"{JsonSerializer.Serialize(line.Xs)}\" data-ys=\"{JsonSerializer.Serialize(line.Ys)}\" points=\"");
        for (int i = 0; i < line.Xs.Count; i++)
        {
            to.Append(CultureInfo.InvariantCulture, $"{x(line.Xs[i]):0.#},{y(line.Ys[i]):0.#} ");
        }

        to.Append("\"/>");
    }

    // Of so many neighbours the highest stays: a spike of one second in an hour is what one looks for.
    private static ChartLine Thinned(ChartLine line)
    {
        int each = (line.Xs.Count + PointsMax - 1) / PointsMax;
        if (each <= 1)
        {
            return line;
        }

        int[] kept = [.. Enumerable.Range(0, line.Xs.Count).Chunk(each).Select(c => c.MaxBy(i => line.Ys[i]))];
        return line with { Xs = [.. kept.Select(i => line.Xs[i])], Ys = [.. kept.Select(i => line.Ys[i])] };
    }

    private static List<double> Decades(double least, double top)
    {
        List<double> at = [];
        for (double y = least; y <= top * 1.001; y *= 10)
        {
            at.Add(y);
        }

        return at;
    }

    private List<(double At, string Label)> Steps()
    {
        double step = NiceAbove((to - from) / 8, [1, 2, 5, 10]);
        List<(double, string)> steps = [];
        for (double x = Math.Ceiling(from / step) * step; x <= to; x += step)
        {
            steps.Add((x, $"{Number(x)} s"));
        }

        return steps;
    }

    private static double NiceAbove(double value, ReadOnlySpan<double> steps)
    {
        if (value <= 0)
        {
            return 1;
        }

        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (double nice in steps)
        {
            if (nice * power >= value)
            {
                return nice * power;
            }
        }

        return 10 * power;
    }

    private static string Short(double value) => value switch
    {
        >= 1e6 => $"{Number(value / 1e6)} M",
        >= 1e4 => $"{Number(value / 1e3)} k",
        _ => Number(value),
    };

    private static string Number(double value) => Math.Round(value, 4).ToString("0.####", CultureInfo.InvariantCulture);
}
