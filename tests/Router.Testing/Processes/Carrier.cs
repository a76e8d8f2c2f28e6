using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Router.Testing.Processes;

/// <summary>A carrier that we did not write: npm's <c>smpp</c> as server (<c>tests/peers/smsc.js</c>), which tells every submit.</summary>
public sealed class Carrier : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<int> port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;
    private TaskCompletionSource? caughtUp;

    private Carrier(Process process)
    {
        this.process = process;
        reading = Task.Run(ReadAsync);
    }

    /// <summary>How often each text was submitted.</summary>
    public ConcurrentDictionary<string, int> Texts { get; } = new();

    /// <summary>To whom which text came, in the order in which texts came for the first time. For whoever compares it, who takes it away.</summary>
    public ConcurrentQueue<(string To, string Text)> FirstArrivals { get; } = new();

    /// <summary>Tags of messages from subscribers that were acknowledged (<see cref="SendAsync"/>).</summary>
    public ConcurrentDictionary<string, byte> Acknowledged { get; } = new();

    /// <summary>Passwords of binds, in order.</summary>
    public ConcurrentQueue<string> Passwords { get; } = new();

    /// <summary>How often each tag's message was put back: each is sent again.</summary>
    public ConcurrentDictionary<string, int> PutBack { get; } = new();

    /// <summary>Binds refused because the account has as many as it may have.</summary>
    public int BoundTooOften { get; private set; }

    public int Port { get; private set; }

    public int Submits => Texts.Values.Sum();

    public static async Task<Carrier> StartAsync(string options = """{"echo":true}""")
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "peers"),
        };
        start.ArgumentList.Add("smsc.js");
        start.ArgumentList.Add(options);
        var carrier = new Carrier(Process.Start(start)!);
        carrier.Port = await carrier.port.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return carrier;
    }

    /// <summary>Has a subscriber's message sent to a receiver, if one is bound: <paramref name="pdu"/> as JSON.</summary>
    public Task SendAsync(string pdu, string tag, int receiver = 0) =>
        process.StandardInput.WriteLineAsync($$"""{"do":"send","command":"deliver_sm","to":{{receiver}},"tag":"{{tag}}","pdu":{{pdu}} }""");

    /// <summary>All that it had told when this was called is counted.</summary>
    public async Task CaughtUpAsync()
    {
        caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await process.StandardInput.WriteLineAsync("""{"do":"stats"}""");
        await process.StandardInput.FlushAsync();
        await caughtUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>SIGSTOP: its sockets stay open, nobody answers.</summary>
    public void Freeze() => Signals.Send(process.Id, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signals.Send(process.Id, Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        Thaw(); // what is frozen does not see that its input ends
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            using JsonDocument told = JsonDocument.Parse(line);
            if (told.RootElement.TryGetProperty("port", out JsonElement value))
            {
                port.TrySetResult(value.GetInt32());
            }
            else if (told.RootElement.TryGetProperty("password", out JsonElement password))
            {
                Passwords.Enqueue(password.GetString()!);
            }
            else if (told.RootElement.TryGetProperty("boundTooOften", out _))
            {
                BoundTooOften++;
            }
            else if (told.RootElement.TryGetProperty("inboundAnswer", out JsonElement answer))
            {
                if (answer.TryGetProperty("tag", out JsonElement tag))
                {
                    _ = answer.GetProperty("status").GetInt32() == 0 ? Acknowledged.TryAdd(tag.GetString()!, 0) : PutBack.AddOrUpdate(tag.GetString()!, 1, static (_, count) => count + 1) > 0;
                }
            }
            else if (told.RootElement.TryGetProperty("submit", out JsonElement submit))
            {
                string text = submit.GetProperty("text").GetString()!;
                if (Texts.AddOrUpdate(text, 1, static (_, count) => count + 1) == 1)
                {
                    FirstArrivals.Enqueue((submit.GetProperty("to").GetString()!, text));
                }
            }
            else if (told.RootElement.TryGetProperty("stats", out _))
            {
                caughtUp?.TrySetResult();
            }
        }
    }
}
