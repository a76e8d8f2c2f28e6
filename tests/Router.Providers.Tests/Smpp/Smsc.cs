using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Router.Providers.Tests.Smpp;

/// <summary>The SMSC of npm's <c>smpp</c> (<c>tests/peers/smsc.js</c>) as a child process.</summary>
public sealed class Smsc : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task reading;
    private readonly Channel<JsonElement> lines = Channel.CreateUnbounded<JsonElement>();

    private Smsc(Process process)
    {
        this.process = process;
        reading = Task.Run(ReadAsync);
    }

    public int Port { get; private set; }

    public static async Task<Smsc> Start(string options = "{}")
    {
        string folder = Path.Combine(Root(), "tests", "peers");
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        start.ArgumentList.Add("smsc.js");
        start.ArgumentList.Add(options);
        var smsc = new Smsc(Process.Start(start)!);
        smsc.Port = (await smsc.Next("port")).GetInt32();
        return smsc;
    }

    /// <summary>The next line that has <paramref name="field"/>; lines before it are passed over.</summary>
    public async Task<JsonElement> Next(string field)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            await lines.Reader.WaitToReadAsync(timeout.Token);
            while (lines.Reader.TryRead(out JsonElement line))
            {
                if (line.TryGetProperty(field, out JsonElement value))
                {
                    return value;
                }
            }

            Assert.False(lines.Reader.Completion.IsCompleted, $"the SMSC ended before it told '{field}'");
        }
    }

    public async Task Tell(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    public async Task<Func<string, int>> Stats()
    {
        await Tell("""{"do":"stats"}""");
        JsonElement stats = await Next("stats");
        return name => stats.GetProperty(name).GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private static string Root()
    {
        string? at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at!, "Router.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at!;
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            lines.Writer.TryWrite(document.RootElement.Clone());
        }

        lines.Writer.Complete();
    }
}
