using System.Text.Json;

namespace Router.LoadTest.Report;

/// <summary>Writes a run's two files.</summary>
internal static class ReportFiles
{
    internal static void Write(LoadReport report, LoadReport? earlier, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, ReportJson.Options));
        File.WriteAllText(Path.Combine(folder, "report.html"), HtmlReport.Of(report, earlier));
    }
}
