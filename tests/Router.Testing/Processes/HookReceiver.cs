using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Router.Testing.Processes;

/// <summary>A receiver that we did not write the verification of: npm's <c>standardwebhooks</c> (<c>tests/peers/webhook.js</c>), which tells every post.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<int> port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim changes = new(0);
    private readonly Task reading;

    private HookReceiver(Process process)
    {
        this.process = process;
        reading = Task.Run(ReadAsync);
    }

    /// <summary>What came, in its order.</summary>
    public ConcurrentQueue<HookPost> Posts { get; } = new();

    public string Url { get; private set; } = "";

    public static async Task<HookReceiver> StartAsync(object options)
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "peers"),
        };
        start.ArgumentList.Add("webhook.js");
        start.ArgumentList.Add(JsonSerializer.Serialize(options));
        var receiver = new HookReceiver(Process.Start(start)!);
        receiver.Url = $"http://127.0.0.1:{await receiver.port.Task.WaitAsync(TimeSpan.FromSeconds(30))}/";
        return receiver;
    }

    /// <summary>Changes how it behaves; it does so once it says that it has.</summary>
    public async Task ChangeAsync(object options)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(options));
        await process.StandardInput.FlushAsync();
        await changes.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            JsonElement told = JsonSerializer.Deserialize<JsonElement>(line);
            if (told.TryGetProperty("port", out JsonElement value))
            {
                port.TrySetResult(value.GetInt32());
                continue;
            }

            if (told.TryGetProperty("changed", out _))
            {
                changes.Release();
                continue;
            }

            Posts.Enqueue(new HookPost(
                told.GetProperty("id").GetString()!, told.GetProperty("valid").GetBoolean(), told.GetProperty("status").GetInt32(), told.GetProperty("signatures").GetInt32(),
                told.GetProperty("body")));
        }
    }
}
