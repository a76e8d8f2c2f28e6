using System.Globalization;

namespace Router.LoadTest.Watch;

/// <summary>One scrape of <c>/metrics</c> (Prometheus text), looked into by name and labels.</summary>
internal sealed class MetricsText
{
    private readonly List<(string Name, string Labels, double Value)> samples = [];

    internal MetricsText(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
            {
                continue;
            }

            int brace = line.IndexOf('{', StringComparison.Ordinal);
            int end = line.LastIndexOf('}');
            int nameEnd = brace < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : brace;
            string value = line[(Math.Max(end, nameEnd) + 1)..].Trim().Split(' ')[0];
            samples.Add((line[..nameEnd], end < 0 ? "" : line[brace..end], value switch
            {
                "+Inf" => double.PositiveInfinity,
                "-Inf" => double.NegativeInfinity,
                _ => double.Parse(value, CultureInfo.InvariantCulture),
            }));
        }
    }

    /// <summary>Sum of the samples of a name whose labels have <paramref name="label"/> in them.</summary>
    internal double Sum(string name, string label = "") =>
        samples.Where(s => s.Name == name && s.Labels.Contains(label, StringComparison.Ordinal)).Sum(static s => s.Value);

    /// <summary>The bound of a histogram's bucket below which a share of what came between <paramref name="before"/> and now lies; null: nothing came.</summary>
    internal double? Quantile(MetricsText before, string name, double share)
    {
        double total = Sum(name + "_count") - before.Sum(name + "_count");
        if (total <= 0)
        {
            return null;
        }

        foreach ((_, string labels, double value) in samples.Where(s => s.Name == name + "_bucket"))
        {
            int at = labels.IndexOf("le=\"", StringComparison.Ordinal);
            string bound = labels[(at + 4)..labels.IndexOf('"', at + 4)];
            if (value - before.Sum(name + "_bucket", $"le=\"{bound}\"") >= share * total && bound != "+Inf")
            {
                return double.Parse(bound, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }
}
