using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Router.Host.Tests;

/// <summary>The real program as a child process on a free port.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> lines = [];
    private readonly TaskCompletionSource<Uri> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> errorLines = [];
    private readonly TaskCompletionSource errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, e) => OnLine(e.Data);
        process.ErrorDataReceived += (_, e) => OnErrorLine(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it serves, once it does.</summary>
    public Task<Uri> Serving => serving.Task;

    /// <summary>What it has written to stdout so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>What it has written to stderr so far.</summary>
    public IReadOnlyList<string> ErrorLines
    {
        get
        {
            lock (lines)
            {
                return [.. errorLines];
            }
        }
    }

    public static HostProcess Start(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Router.Host.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>Waits until <c>/readyz</c> is 200; a client that shows <paramref name="key"/>.</summary>
    public async Task<HttpClient> ReadyAsync(string? key, CancellationToken cancellationToken)
    {
        await Task.WhenAny(serving.Task, errorsEnded.Task).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        Assert.True(serving.Task.IsCompleted, string.Join('\n', ErrorLines));
        HttpClient client = new() { BaseAddress = await serving.Task };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return client;
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Waits for a line of stderr that begins so.</summary>
    public async Task<string> ErrorLineAsync(string beginning, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            if (ErrorLines.FirstOrDefault(l => l.StartsWith(beginning, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            await look.WaitForNextTickAsync(patience.Token);
        }
    }

    public void SendTerminate()
    {
        using Process kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}")]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end: exit code and all lines of stderr.</summary>
    public async Task<(int Code, IReadOnlyList<string> Errors)> EndAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        await errorsEnded.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        return (process.ExitCode, ErrorLines);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void OnErrorLine(string? line)
    {
        if (line is null)
        {
            errorsEnded.TrySetResult();
            return;
        }

        lock (lines)
        {
            errorLines.Add(line);
        }
    }

    private void OnLine(string? line)
    {
        const string Mark = "serving ";
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }

        int at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at >= 0)
        {
            serving.TrySetResult(new Uri(line[(at + Mark.Length)..].Split(',', '"')[0]));
        }
    }
}
