using System.Text.Json;
using Router.LoadTest.Load;
using Router.LoadTest.Report;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Tests;

public sealed class ReportTests
{
    [Fact]
    public void Percentiles_are_those_of_what_was_recorded()
    {
        var latencies = new Latencies("chart", "test");
        for (int i = 1; i <= 1_000; i++)
        {
            latencies.Record(i * 1_000_000);
            if (i == 500)
            {
                latencies.EndSecond(1);
            }
        }

        Assert.Equal(250, latencies.Last.P50, 0.5);
        Percentiles all = latencies.TakeTotal();
        Assert.Equal(1_000, all.Count);
        Assert.Equal(500, all.P50, 1.0);
        Assert.Equal(990, all.P99, 1.0);
        Assert.Equal(1_000, all.Max, 1.0);
        Assert.Equal(0, latencies.TakeTotal().Count);
    }

    [Fact]
    public void The_page_needs_nothing_from_outside_and_shows_every_check()
    {
        string page = HtmlReport.Of(Report(1), null);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.Contains("a &lt;b&gt; holds", page, StringComparison.Ordinal);
        Assert.Contains(">FAIL<", page, StringComparison.Ordinal);
        Assert.Contains("<polyline", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"c0 earlier\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_earlier_run_comes_back_from_its_json_and_lies_under_this_one()
    {
        LoadReport earlier = JsonSerializer.Deserialize<LoadReport>(JsonSerializer.Serialize(Report(2), ReportJson.Options), ReportJson.Options)!;
        Assert.Equal(2, earlier.Figures[0].Value);
        Assert.Equal([5, 6, 7], earlier.Lines[0].Values.Select(static v => (int)v));
        string page = HtmlReport.Of(Report(1), earlier);
        Assert.Contains("class=\"c0 earlier\"", page, StringComparison.Ordinal);
        Assert.Contains("0.50</td>", page, StringComparison.Ordinal); // the ratio of the figures
    }

    [Fact]
    public void Charts_begin_behind_what_only_prepares()
    {
        string page = HtmlReport.Of(Report(1) with { Marks = [new Mark(0, "warm", Prepares: true), new Mark(2, "go")] }, null);
        Assert.Contains("data-ys=\"[6,7]\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_are_summed_by_label_and_quantiles_are_of_what_came_since()
    {
        var before = new MetricsText("# TYPE x\nx{g=\"0\",a=\"b\"} 1\nx{g=\"1\"} 2\nd_bucket{le=\"1\"} 5\nd_bucket{le=\"2\"} 5\nd_bucket{le=\"+Inf\"} 5\nd_count 5\n");
        var after = new MetricsText("y 4 1700000000\nd_bucket{le=\"1\"} 6\nd_bucket{le=\"2\"} 15\nd_bucket{le=\"+Inf\"} 15\nd_count 15\n");
        Assert.Equal(3, before.Sum("x"));
        Assert.Equal(2, before.Sum("x", "g=\"1\""));
        Assert.Equal(4, after.Sum("y"));
        Assert.Equal(2, after.Quantile(before, "d", 0.99));
        Assert.Equal(1, after.Quantile(before, "d", 0.1));
        Assert.Null(before.Quantile(before, "d", 0.5));
    }

    private static LoadReport Report(double value) => new()
    {
        Scenario = "steady",
        Command = "steady --rate 1",
        StartedAt = DateTimeOffset.UnixEpoch,
        Seconds = 4,
        Machine = new Dictionary<string, string> { ["CPU"] = "one" },
        Checks = [new Check("a <b> holds", false, "no")],
        Figures = [new Figure("rate", value, "1/s")],
        Lines = [new LoadReport.Line("chart", "line", "ms", [1, 2, 3], [5, 6, 7])],
    };
}
