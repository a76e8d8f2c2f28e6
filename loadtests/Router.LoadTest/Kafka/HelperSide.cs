using System.Text.Json;
using Router.LoadTest.Children;

namespace Router.LoadTest.Kafka;

/// <summary>A helper that takes turns: it is told one and answers in one line when it is done.</summary>
internal sealed class HelperSide : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(10);
    private HelperChild? child;
    private TaskCompletionSource<JsonElement>? asked;

    private HelperSide()
    {
    }

    internal int Pid => child!.Pid;

    internal static async Task<HelperSide> StartAsync(string command, Broker broker)
    {
        var side = new HelperSide();
        side.child = await HelperChild.StartAsync(told => side.asked!.TrySetResult(told), command, broker.Servers);
        return side;
    }

    internal Task<JsonElement> AskAsync(string turn)
    {
        asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        child!.Tell(turn);
        return asked.Task.WaitAsync(patience);
    }

    public void Dispose() => child?.Dispose();
}
