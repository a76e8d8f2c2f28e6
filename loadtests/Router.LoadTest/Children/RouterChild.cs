using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Router.LoadTest.Load;
using Router.Testing.Processes;

namespace Router.LoadTest.Children;

/// <summary>The real host as a child process on a free port of loopback. Its own lines go to a file in its folder.</summary>
internal sealed class RouterChild : IDisposable
{
    internal const string OperatorKey = "operator-key-of-the-load-test";
    private const int Terminate = 15;
    private static readonly TimeSpan startsWithin = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly StreamWriter log;

    private RouterChild(Process process, int port, string folder)
    {
        this.process = process;
        Port = port;
        log = new StreamWriter(Path.Combine(folder, "host.log"), append: true) { AutoFlush = true };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Port { get; }

    internal int Pid => process.Id;

    internal bool HasExited => process.HasExited;

    internal IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>How long it took from the start until it might take traffic.</summary>
    internal TimeSpan StartedIn { get; private set; }

/// <summary>Starts <paramref name="program"/> over <paramref name="folder"/>; returns when it may take traffic.</summary>
    /// <param name="program">The host, or the load test as <see cref="Kafka.UnkeptRouter"/>.</param>
    /// <param name="folder">Where it keeps all.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="command">What stands before the settings; null: nothing.</param>
    internal static async Task<RouterChild> StartAsync(string program, string folder, IEnumerable<string> settings, string? command = null)
    {
        int port = Ports.Claim();
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ROUTER__Operator__Key"] = OperatorKey;
        if (command is not null)
        {
            start.ArgumentList.Add(command);
        }

        start.ArgumentList.Add($"--Http:Url=http://127.0.0.1:{port}");
        start.ArgumentList.Add($"--Storage:Path={Path.Combine(folder, "data")}");
        foreach (string setting in settings)
        {
            start.ArgumentList.Add($"--{setting}");
        }

        long from = Clock.Now;
        var child = new RouterChild(Process.Start(start)!, port, folder);
        try
        {
            await child.WaitUntilReadyAsync();
        }
        catch
        {
            child.Dispose();
            throw;
        }

        child.StartedIn = TimeSpan.FromMicroseconds((Clock.Now - from) / 1e3);
        return child;
    }

    internal HttpClient Client(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    /// <summary>SIGTERM; its exit code.</summary>
    internal async Task<int> StopAsync()
    {
        _ = kill(process.Id, Terminate);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        lock (log)
        {
            log.Dispose();
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    private async Task WaitUntilReadyAsync()
    {
        using HttpClient client = Client(OperatorKey);
        using var limit = new CancellationTokenSource(startsWithin);
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
            }

            await Task.Delay(10, limit.Token);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (log)
        {
            if (line.Data is not null && log.BaseStream.CanWrite)
            {
                log.WriteLine(line.Data);
            }
        }
    }
}
