using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

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
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
    }

    public Uri Url { get; }

    public string DataFolder => Path.Combine(folder, "data");

    public string Output
    {
        get
        {
            lock (output)
            {
                return string.Join('\n', output);
            }
        }
    }

    public int Pid => process!.Id;

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

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _ = Signal(process!.Id, 15);
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int pid, int signal);

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
