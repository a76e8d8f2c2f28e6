using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;

namespace Router.Bench;

/// <summary>All results in one table of one screen: BenchmarkDotNet's own report is some forty lines a class. Its full log lies in <c>BenchmarkDotNet.Artifacts</c>.</summary>
internal static class ResultsTable
{
    /// <summary>In process and short: no build for each benchmark, and ratios to the baseline of the same run are what counts.</summary>
    public static IConfig Config { get; } = ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddValidator(JitOptimizationsValidator.FailOnError)
        .AddExporter(MarkdownExporter.GitHub)
        .AddLogger(new ProgressLogger());

    /// <summary>A line a benchmark: mean, the ratio to its class's baseline, bytes allocated.</summary>
    public static void Print(IEnumerable<Summary> summaries)
    {
        Console.Error.WriteLine(); // after the dots
        Console.WriteLine($"{"benchmark",-52} {"ns",12} {"ratio",8} {"B",8}");
        foreach (Summary summary in summaries)
        {
            double? baseline = summary.Reports.FirstOrDefault(static r => r.BenchmarkCase.Descriptor.Baseline)?.ResultStatistics?.Mean;
            foreach (BenchmarkReport report in summary.Reports)
            {
                Descriptor what = report.BenchmarkCase.Descriptor;
                double? mean = report.ResultStatistics?.Mean;
                string ratio = what.Baseline ? "baseline" : Text(mean / baseline, "0.00", "");
                double? bytes = mean is null ? null : report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
                Console.WriteLine($"{what.Type.Name.Replace("Benchmark", "", StringComparison.Ordinal) + "." + what.WorkloadMethod.Name,-52} {Text(mean, "N1", "failed"),12} {ratio,8} {Text(bytes, "0", ""),8}");
            }
        }
    }

    private static string Text(double? value, string format, string none) => value?.ToString(format, CultureInfo.InvariantCulture) ?? none;
}
