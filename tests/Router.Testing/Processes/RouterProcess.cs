using System.Diagnostics;
using System.Text.Json;

namespace Router.Testing.Processes;

/// <summary>The real host as a child process on free ports over a folder of its own: started, killed, stopped, started again.</summary>
public sealed class RouterProcess : IAsyncDisposable
{
    public const string OperatorKey = "operator-key-of-the-tests";
    private readonly string folder;
    private readonly string[] settings;
    private readonly List<string> output = [];
    private Process? process;

    public RouterProcess(params string[] settings)
    {
        this.settings = settings;
        folder = Directory.CreateTempSubdirectory("router-e2e-").FullName;
        Url = new Uri($"http://127.0.0.1:{Ports.Claim()}");
    }

    public Uri Url { get; }

    /// <summary>Where it keeps everything.</summary>
    public string DataFolder
    {
        get => field ?? Path.Combine(folder, "data");
        init;
    }

    /// <summary>Set for the host beside what the test process has.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>What it has written, over all its starts.</summary>
    public string Output => string.Join('\n', Lines);

    /// <summary>What it has written, line by line, over all its starts.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (output)
            {
                return [.. output];
            }
        }
    }

    public int Pid => process!.Id;

    public bool HasExited => process!.HasExited;

    /// <summary>How it ended: 128 and the signal's number where that ended it.</summary>
    public int ExitCode => process!.ExitCode;

    /// <summary>Memory that it has in RAM now, in bytes.</summary>
    public long ResidentBytes => ProcessFigures.ResidentBytes(Pid);

    /// <summary>Starts it and waits until it may take traffic.</summary>
    public async Task StartAsync()
    {
        StartProcess();
        using HttpClient client = Client(null);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync("/readyz", limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
            }

            Assert.False(process!.HasExited, $"the host ended with {(process.HasExited ? process.ExitCode : 0)}: {Output}");
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Starts it and waits until it ends by itself.</summary>
    public async Task<int> RunToEndAsync()
    {
        StartProcess();
        await process!.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return process.ExitCode;
    }

    /// <summary>What <c>/readyz</c> says now.</summary>
    public async Task<(int Status, string Text)> ReadyAsync()
    {
        using HttpClient client = Client(null);
        using HttpResponseMessage answer = await client.GetAsync("/readyz");
        string text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, JsonSerializer.Deserialize<JsonElement>(text).GetRawText());
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => process!.WaitForExitAsync(cancellationToken);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signals.Send(process!.Id, Signals.Terminate);
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        return process.ExitCode;
    }

    public HttpClient Client(string? key)
    {
        var client = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await KillAsync();
        }

        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void StartProcess()
    {
        process?.Dispose();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Router.Host"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["ROUTER__Operator__Key"] = OperatorKey;
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add($"--Http:Url={Url.ToString().TrimEnd('/')}");
        start.ArgumentList.Add($"--Storage:Path={DataFolder}");
        foreach (string setting in settings)
        {
            start.ArgumentList.Add(setting);
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            if (line is not null && output.Count < 2_000)
            {
                output.Add(line);
            }
        }
    }
}
