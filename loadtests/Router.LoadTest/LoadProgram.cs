using System.Text.Json;
using Router.LoadTest.Report;
using Router.LoadTest.Scenarios;

namespace Router.LoadTest;

/// <summary>Runs one scenario and writes its report.</summary>
internal static class LoadProgram
{
    private const int Failed = 1;
    private const int Misused = 2;

    /// <summary>0: all that must hold held.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        LoadOptions options;
        Scenario? scenario;
        LoadReport? earlier = null;
        try
        {
            options = LoadOptions.Parse(arguments);
            if (!Scenario.All.TryGetValue(options.Scenario, out scenario))
            {
                throw new ArgumentException($"there is no scenario {options.Scenario}: {string.Join(", ", Scenario.All.Keys)}");
            }

            if (options.Compare is { } file)
            {
                earlier = JsonSerializer.Deserialize<LoadReport>(await File.ReadAllTextAsync(file), ReportJson.Options);
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException or JsonException)
        {
            await Console.Error.WriteLineAsync($"{e.Message}\n\n{LoadOptions.Help}");
            return Misused;
        }

        var terminal = new Terminal();
        using var run = new LoadRun(options, terminal);
        try
        {
            await scenario.RunAsync(run);
        }
        catch (Exception e)
        {
            // A run that breaks leaves the report of what it saw until then.
            await Console.Error.WriteLineAsync(e.ToString());
            run.Check("the run came to its end", false, e.Message);
        }

        string folder = Path.GetFullPath(options.Out ?? Path.Combine("loadtests", "out", $"{options.Scenario}-{DateTimeOffset.UtcNow:yyyyMMdd-HHmmss}"));
        LoadReport report = run.Report();
        ReportFiles.Write(report, earlier, folder);
        terminal.Line($"{Path.Combine(folder, "report.html")}");
        terminal.Line(run.Passes ? "PASS" : "FAIL");
        return run.Passes ? 0 : Failed;
    }
}
