using System.Diagnostics;
using System.Text.RegularExpressions;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>The quick starts of <c>docs/API.md</c>, run as they stand there against the real host.</summary>
public sealed partial class QuickStartTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""";

    // Without --no-cache and the like: what a reader types.
    private static readonly Dictionary<string, (string File, string Program, string[] Arguments)> Programs = new()
    {
        ["bash"] = ("quickstart.sh", "bash", ["-eu", "quickstart.sh"]),
        ["csharp"] = ("quickstart.cs", "dotnet", ["run", "quickstart.cs"]),
        ["python"] = ("quickstart.py", "python3", ["quickstart.py"]),
        ["js"] = ("quickstart.mjs", "node", ["quickstart.mjs"]),
    };

    [Theory]
    [InlineData("bash")]
    [InlineData("csharp")]
    [InlineData("python")]
    [InlineData("js")]
    public async Task It_runs_as_it_stands_and_prints_what_became_of_the_message(string language)
    {
        string block = Assert.Single(Blocks(), b => b.Language == language).Text;
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        (string file, string program, string[] arguments) = Programs[language];
        string folder = Directory.CreateTempSubdirectory("router-quickstart-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), block);
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["ROUTER_URL"] = router.Url.ToString().TrimEnd('/');
            start.Environment["ROUTER_KEY"] = client.DefaultRequestHeaders.Authorization!.Parameter;
            using Process process = Process.Start(start)!;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);

            Assert.True(process.ExitCode == 0, $"{process.ExitCode}: {await output} {await errors}");
            Assert.Contains("delivered", await output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_block_of_a_program_in_the_quick_starts_is_run() =>
        Assert.Equal(Programs.Keys.Order(), Blocks().Select(static b => b.Language).Where(static l => l != "sh").Order());

    private static IEnumerable<(string Language, string Text)> Blocks()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "API.md"));
        string part = text[text.IndexOf("## Quick starts", StringComparison.Ordinal)..];
        part = part[..part.IndexOf("\n## ", 4, StringComparison.Ordinal)];
        return Fence().Matches(part).Select(static m => (m.Groups[1].Value, m.Groups[2].Value));
    }

    [GeneratedRegex("^```(\\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
