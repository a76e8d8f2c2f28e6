using System.Text.Json;
using Router.LoadTest.Report;

namespace Router.LoadTest.Tests;

public sealed class TinyRunTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("router-load-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Real host, real carrier, real driver, so that none of them can rot; what it says of time counts for nothing here.</summary>
    [Theory]
    [InlineData("single", "smpp")]
    [InlineData("lines", "loopback")]
    public async Task Steady_for_two_seconds_loses_nothing_and_leaves_a_report(string transport, string carrier)
    {
        int code = await LoadProgram.RunAsync(
            ["steady", "--rate", "100", "--seconds", "2", "--warm", "200", "--connections", "4", "--references", "2", "--no-timing", "--transport", transport, "--carrier", carrier, "--out", folder]);
        LoadReport report = JsonSerializer.Deserialize<LoadReport>(await File.ReadAllTextAsync(Path.Combine(folder, "report.json")), ReportJson.Options)!;
        Assert.True(code == 0, string.Join('\n', report.Checks));
        Assert.Contains(report.Checks, static c => c.Passes && c.What.StartsWith("each accepted message was told as delivered", StringComparison.Ordinal));
        Assert.Contains(report.Checks, static c => c.Passes && c.What.StartsWith("those told as delivered are those told as accepted", StringComparison.Ordinal));
        Assert.True(report.Latencies["intended time → handed to the carrier"].Count > 0);
        Assert.True(report.Latencies["intended time → told as delivered"].Count > 0);
        Assert.Contains("steady", await File.ReadAllTextAsync(Path.Combine(folder, "report.html")), StringComparison.Ordinal);
    }

    /// <summary>What the carrier had not answered comes again, nothing else: a cut with nothing in flight would show neither.</summary>
    [Fact]
    public async Task A_carrier_that_goes_gets_again_what_it_had_not_answered()
    {
        int code = await LoadProgram.RunAsync(["carrier-down", "--rate", "100", "--seconds", "6", "--warm", "200", "--connections", "4", "--no-timing", "--out", folder]);
        LoadReport report = JsonSerializer.Deserialize<LoadReport>(await File.ReadAllTextAsync(Path.Combine(folder, "report.json")), ReportJson.Options)!;
        Assert.True(code == 0, string.Join('\n', report.Checks));
        Assert.Contains(report.Checks, static c => c.Passes && c.What == "messages that reached the carrier twice were in flight when it went");
    }

    /// <summary>A real broker and all sides that take turns beside Router.</summary>
    [Fact]
    public async Task Kafka_with_a_few_records_has_all_of_them_written()
    {
        Assert.SkipUnless(Kafka.Broker.IsThere, "there is no Kafka to start: set ROUTER_KAFKA to the script that starts one");
        int code = await LoadProgram.RunAsync(["kafka", "--messages", "2000", "--warm", "1000", "--rounds", "1", "--seconds", "1", "--no-timing", "--out", folder]);
        LoadReport report = JsonSerializer.Deserialize<LoadReport>(await File.ReadAllTextAsync(Path.Combine(folder, "report.json")), ReportJson.Options)!;
        Assert.True(code == 0, string.Join('\n', report.Checks));
        Assert.True(report.Figures.Single(static f => f.Name == "Router, nothing kept: records written a record").Value >= 3);
        Assert.Contains(report.Checks, static c => c.Passes && c.What == "trickle: each record arrives once");
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("steady", "--rate")]
    [InlineData("steady", "--rate", "many")]
    [InlineData("steady", "--max", "--rate", "5")]
    [InlineData("steady", "--transport", "pigeon")]
    [InlineData("steady", "--fast")]
    [InlineData("steady", "--compare", "/no/such/file")]
    public async Task What_is_not_understood_is_told_before_anything_starts(params string[] arguments) => Assert.Equal(2, await LoadProgram.RunAsync(arguments));
}
