using System.Globalization;
using System.Reflection;
using System.Text;
using Router.LoadTest.Load;

namespace Router.LoadTest.Report;

/// <summary>A run as one page that needs nothing from anywhere; with an earlier run, both over each other.</summary>
internal sealed class HtmlReport
{
    private const int Colours = 10;
    private const string CurveTitle = "distribution, ms";

    private static readonly (double Share, string Label)[] percentiles = [(0, "0 %"), (50, "50 %"), (90, "90 %"), (99, "99 %"), (99.9, "99.9 %"), (99.99, "99.99 %")];

    private readonly LoadReport report;
    private readonly LoadReport? earlier;
    private readonly StringBuilder page = new();

    private HtmlReport(LoadReport report, LoadReport? earlier) => (this.report, this.earlier) = (report, earlier);

    /// <summary>The page.</summary>
    internal static string Of(LoadReport report, LoadReport? earlier)
    {
        var html = new HtmlReport(report, earlier);
        html.Write();
        return html.page.ToString();
    }

    private void Write()
    {
        bool passes = report.Checks.All(static c => c.Passes || !c.Counts);
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
            <title>{Chart.Text(report.Scenario)}: {(passes ? "PASS" : "FAIL")}</title><style>{Resource("report.css")}</style></head><body>
            <h1>{Chart.Text(report.Scenario)} <span class="{(passes ? "pass" : "fail")}">{(passes ? "PASS" : "FAIL")}</span></h1>
            <p class="sub"><code>loadtests/run {Chart.Text(report.Command)}</code> · {report.StartedAt:yyyy-MM-dd HH:mm} UTC · {report.Seconds:0} s{(earlier is null ? "" : $" · dashed: <code>loadtests/run {Chart.Text(earlier.Command)}</code> of {earlier.StartedAt:yyyy-MM-dd HH:mm} UTC, {Chart.Text(earlier.Machine.GetValueOrDefault("Router", "?"))}")}</p>

            """);
        WriteChecks();
        page.Append("<div class=\"columns\"><div>");
        WriteFigures();
        page.Append("</div><div>");
        WriteMachine();
        page.Append("</div></div>");
        WriteFlows();
        WriteMarks();
        page.Append("<section class=\"charts\">\n");
        foreach (string chart in report.Lines.Select(static l => l.Chart).Distinct())
        {
            WriteChart(chart);
        }

        WriteCurves();
        page.Append(CultureInfo.InvariantCulture, $"</section>\n<script>{Resource("report.js")}</script></body></html>\n");
    }

    private void WriteChecks()
    {
        page.Append("<table><thead><tr><th></th><th>must hold</th><th>seen</th></tr></thead><tbody>");
        foreach (Check check in report.Checks)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"{check.Verdict.ToLowerInvariant()}\">{check.Verdict}</td><td>{Chart.Text(check.What)}</td><td>{Chart.Text(check.Seen)}</td></tr>");
        }

        page.Append("</tbody></table>\n");
    }

    private void WriteFigures()
    {
        page.Append("<table><thead><tr><th>figure</th><th class=\"n\">seen</th>").Append(earlier is null ? "" : "<th class=\"n\">before</th><th class=\"n\">ratio</th>").Append("</tr></thead><tbody>");
        foreach (Figure figure in report.Figures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Chart.Text(figure.Name)}</td><td class=\"n\">{figure.Value:#,0.##} {Chart.Text(figure.Unit)}</td>");
            if (earlier is not null)
            {
                Figure? before = earlier.Figures.FirstOrDefault(f => f.Name == figure.Name);
                page.Append(before is null ? "<td></td><td></td>" : string.Create(CultureInfo.InvariantCulture, $"<td class=\"n\">{before.Value:#,0.##}</td><td class=\"n\">{(before.Value == 0 ? "" : (figure.Value / before.Value).ToString("0.00", CultureInfo.InvariantCulture))}</td>"));
            }

            page.Append("</tr>");
        }

        page.Append("</tbody></table>\n");
    }

    private void WriteMachine()
    {
        page.Append("<table><thead><tr><th>machine</th><th></th></tr></thead><tbody>");
        foreach ((string name, string value) in report.Machine)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Chart.Text(name)}</td><td>{Chart.Text(value)}</td></tr>");
        }

        page.Append("</tbody></table>\n");
    }

    private void WriteFlows()
    {
        page.Append("<table><thead><tr><th>latency, ms</th><th class=\"n\">messages</th><th class=\"n\">p50</th><th class=\"n\">p90</th><th class=\"n\">p99</th><th class=\"n\">p99.9</th><th class=\"n\">max</th></tr></thead><tbody>");
        foreach ((string name, Percentiles of) in report.Latencies)
        {
            WriteLatency(name, of, "");
            if (earlier?.Latencies.GetValueOrDefault(name) is { } before)
            {
                WriteLatency("before", before, " class=\"before\"");
            }
        }

        page.Append("</tbody></table><table><thead><tr><th>flow</th><th class=\"n\">offered</th><th class=\"n\">accepted</th><th class=\"n\">a second</th><th class=\"n\">429</th><th class=\"n\">503</th><th class=\"n\">failed</th><th class=\"n\">not sent</th><th class=\"n\">driver late, p99 ms</th></tr></thead><tbody>");
        foreach (FlowResult flow in report.Flows)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Chart.Text(flow.Name)}{(flow.OpenLoop ? "" : " (closed loop)")}</td><td class=\"n\">{flow.Offered:N0}</td><td class=\"n\">{flow.Accepted:N0}</td><td class=\"n\">{flow.AcceptedPerSecond:N0}</td><td class=\"n\">{flow.TooMany:N0}</td><td class=\"n\">{flow.Unavailable:N0}</td><td class=\"n\">{flow.Failed:N0}</td><td class=\"n\">{flow.Unsent:N0}</td><td class=\"n\">{flow.DriverLate.P99:0.00}</td></tr>");
        }

        page.Append("</tbody></table>\n");
    }

    private void WriteLatency(string name, Percentiles of, string attribute) => page.Append(
        CultureInfo.InvariantCulture, $"<tr{attribute}><td>{Chart.Text(name)}</td><td class=\"n\">{of.Count:N0}</td><td class=\"n\">{of.P50:0.00}</td><td class=\"n\">{of.P90:0.00}</td><td class=\"n\">{of.P99:0.00}</td><td class=\"n\">{of.P999:0.00}</td><td class=\"n\">{of.Max:0.00}</td></tr>");

    private void WriteMarks()
    {
        page.Append("<ol class=\"marks\">");
        foreach (Mark mark in report.Marks)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><b>{mark.At:0} s</b> {Chart.Text(mark.Label)}</li>");
        }

        page.Append("</ol>\n");
    }

    private void WriteChart(string title)
    {
        // Latencies span decades: p50 and the worst second are both to be seen.
        var chart = new Chart(title, log: title.Contains("intended time", StringComparison.Ordinal), Begins(), report.Seconds);
        double shift = Shift();
        int colour = 0;
        foreach (LoadReport.Line line in report.Lines.Where(l => l.Chart == title))
        {
            chart.Add(new ChartLine(line.Name, colour % Colours, line.Times, line.Values));
            if (earlier?.Lines.FirstOrDefault(l => l.Chart == title && l.Name == line.Name) is { } before)
            {
                chart.Add(new ChartLine(line.Name, colour % Colours, [.. before.Times.Select(t => t + shift)], before.Values, IsEarlier: true));
            }

            colour++;
        }

        foreach (Mark mark in report.Marks)
        {
            chart.Add(mark.At, mark.Label);
        }

        chart.Write(page);
    }

    // What only prepares would set the scale.
    private double Begins() => report.Marks.FirstOrDefault(static m => !m.Prepares)?.At is { } at && at < report.Seconds ? at : 0;

    // Both runs are laid over each other where their last phases begin: warm-ups differ.
    private double Shift() => earlier is { Marks.Count: > 0 } && report.Marks.Count > 0 ? report.Marks[^1].At - earlier.Marks[^1].At : 0;

    private void WriteCurves()
    {
        if (report.Latencies.Count == 0)
        {
            return;
        }

        var chart = new Chart(CurveTitle, log: true, 0, PlaceOf(Percentiles.Points[^1])) { Ticks = [.. percentiles.Select(static p => (PlaceOf(p.Share), p.Label))] };
        int colour = 0;
        foreach ((string name, Percentiles of) in report.Latencies)
        {
            chart.Add(Curve(name, colour % Colours, of, false));
            if (earlier?.Latencies.GetValueOrDefault(name) is { Count: > 0 } before)
            {
                chart.Add(Curve(name, colour % Colours, before, true));
            }

            colour++;
        }

        chart.Write(page);
    }

    private static ChartLine Curve(string name, int colour, Percentiles of, bool isEarlier) => new(name, colour, [.. Percentiles.Points.Select(PlaceOf)], of.Curve, isEarlier);

    // Each step to the right halves what is left.
    private static double PlaceOf(double percentile) => Math.Log2(100 / (100 - percentile));

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Router.LoadTest.Report.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
