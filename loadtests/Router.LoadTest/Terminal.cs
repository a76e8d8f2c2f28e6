using Router.LoadTest.Load;
using Router.LoadTest.Report;
using Router.LoadTest.Watch;
using Spectre.Console;

namespace Router.LoadTest;

/// <summary>What people see while it runs: a table that changes, or on what is no terminal a plain line every few seconds.</summary>
internal sealed class Terminal
{
    private const int PlainEveryMs = 5_000;
    private const int LiveEveryMs = 500;

    private readonly bool live = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    internal void Line(string text) => Console.WriteLine(text);

    internal void Show(Check check)
    {
        if (live)
        {
            string colour = check.Passes ? "green" : check.Counts ? "red" : "yellow";
            AnsiConsole.MarkupLine($"[{colour}]{check.Verdict}[/] {Markup.Escape(check.What)}: {Markup.Escape(check.Seen)}");
        }
        else
        {
            Line($"{check.Verdict} {check.What}: {check.Seen}");
        }
    }

    internal void Show(Figure figure) => Line($"{figure.Name}: {figure.Value:#,0.###} {figure.Unit}");

    internal void Show(FlowResult flow)
    {
        Line($"{flow.Name}: {flow.Accepted:N0} of {flow.Offered:N0} accepted in {flow.Seconds:0.0} s, {flow.AcceptedPerSecond:N0}/s; 429 {flow.TooMany:N0}, 503 {flow.Unavailable:N0}, failed {flow.Failed:N0}, not sent {flow.Unsent:N0}");
        Line(flow.OpenLoop ? $"  answer − intended time: {flow.Answered}" : $"  answer − sent (closed loop): {flow.SinceSent}");
    }

    /// <summary>Shows flows until all have ended.</summary>
    internal async Task WatchAsync(IReadOnlyList<FlowLoop> flows, Sampler? sampler)
    {
        if (!live)
        {
            for (long next = Environment.TickCount64 + PlainEveryMs; flows.Any(static f => f.IsRunning); await Task.Delay(20))
            {
                if (Environment.TickCount64 >= next)
                {
                    next += PlainEveryMs;
                    foreach (FlowLoop flow in flows)
                    {
                        Line("  " + string.Join("  ", Cells(flow, sampler)));
                    }
                }
            }

            return;
        }

        await AnsiConsole.Live(TableOf(flows, sampler)).AutoClear(true).StartAsync(async display =>
        {
            for (int i = 0; flows.Any(static f => f.IsRunning); i++)
            {
                if (i % (LiveEveryMs / 20) == 0)
                {
                    display.UpdateTarget(TableOf(flows, sampler));
                }

                await Task.Delay(20);
            }
        });
    }

    private static Table TableOf(IReadOnlyList<FlowLoop> flows, Sampler? sampler)
    {
        Table table = new Table().RoundedBorder().AddColumns("flow", "accepted/s", "p50", "p99", "in flight", "refused", "errors", "inside", "router");
        foreach (FlowLoop flow in flows)
        {
            table.AddRow(Cells(flow, sampler).Select(static c => new Text(c)));
        }

        return table;
    }

    private static string[] Cells(FlowLoop flow, Sampler? sampler)
    {
        Tally tally = flow.Tally;
        return
        [
            flow.Name, $"{tally.AcceptedRate:N0}/s", $"p50 {tally.Answered.Last.P50:0.00} ms", $"p99 {tally.Answered.Last.P99:0.00} ms", $"in flight {tally.InFlight:N0}",
            $"refused {tally.TooMany + tally.Unavailable:N0}", $"errors {tally.Failed:N0}", sampler is null ? "" : $"inside {sampler.Waiting:N0}",
            sampler is null ? "" : $"router {sampler.Last.Cpu:0} % {sampler.Last.Resident:N0} MiB",
        ];
    }
}
