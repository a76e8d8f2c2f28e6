using System.Diagnostics;
using System.Text.Json;

namespace Router.LoadTest.Children;

/// <summary>
/// This program again as a child with a part of its own (the carrier, an empty endpoint), so that its CPU is told apart from the driver's. It tells its port and what it sees in JSON
/// lines, is told things by lines, and ends when its input ends, so that it never outlives the run.
/// </summary>
internal sealed class HelperChild : IDisposable
{
    private readonly Process process;
    private readonly Thread reader;
    private readonly TaskCompletionSource<int> port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<JsonElement> told;

    private HelperChild(Process process, Action<JsonElement> told)
    {
        this.process = process;
        this.told = told;
        reader = new Thread(Read) { Name = "helper's lines", IsBackground = true };
        reader.Start();
    }

    internal int Port { get; private set; }

    internal int Pid => process.Id;

    /// <summary>Starts it; returns when it has told its port.</summary>
    internal static async Task<HelperChild> StartAsync(Action<JsonElement> told, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // Under a host that is not our own executable (a test's), the program is named.
        if (Path.GetFileName(Environment.ProcessPath) != "Router.LoadTest")
        {
            start.FileName = Path.Combine(AppContext.BaseDirectory, "Router.LoadTest");
        }

        var child = new HelperChild(Process.Start(start)!, told);
        child.Port = await child.port.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return child;
    }

    internal void Tell(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(5_000))
        {
            process.Kill();
            process.WaitForExit();
        }

        reader.Join();
        process.Dispose();
    }

    private void Read()
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("port", out JsonElement value))
            {
                port.TrySetResult(value.GetInt32());
            }
            else
            {
                told(document.RootElement.Clone());
            }
        }

        port.TrySetException(new InvalidOperationException("the helper ended before it told its port"));
    }
}
