using System.Text.Json;
using Router.LoadTest.Carrier;
using Router.LoadTest.Load;
using Router.LoadTest.Report;

namespace Router.LoadTest.Children;

/// <summary>The carrier as a process of its own, and what it tells.</summary>
internal sealed class CarrierChild : IDisposable
{
    private readonly Func<long, double> runSeconds;
    private readonly Dictionary<int, Track[]> handed = [];
    private readonly Track rate = new("messages a second", "at the carrier", "1/s");
    private readonly Lock gate = new();
    private HelperChild? child;
    private TaskCompletionSource<CarrierSum>? asked;
    private (double At, long Submits) before;

    private CarrierChild(Func<long, double> runSeconds) => this.runSeconds = runSeconds;

    internal int Port => child!.Port;

    internal int Pid => child!.Pid;

    /// <summary>Names of flows for the report.</summary>
    internal Dictionary<int, string> FlowNames { get; } = [];

    /// <summary>Over time: arrivals, and arrival less intended time of each flow.</summary>
    internal IEnumerable<Track> Tracks
    {
        get
        {
            lock (gate)
            {
                return [rate, .. handed.Values.SelectMany(static t => t)];
            }
        }
    }

    internal static async Task<CarrierChild> StartAsync(Func<long, double> runSeconds)
    {
        var carrier = new CarrierChild(runSeconds);
        carrier.child = await HelperChild.StartAsync(carrier.Told, "carrier");
        return carrier;
    }

    /// <summary>What came since the last time; begins anew.</summary>
    internal Task<CarrierSum> MarkAsync()
    {
        asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        child!.Tell("mark");
        return asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    internal void Tell(string order) => child!.Tell(order);

    public void Dispose() => child?.Dispose();

    private void Told(JsonElement line)
    {
        if (line.TryGetProperty("mark", out _))
        {
            asked!.TrySetResult(line.Deserialize<CarrierSum>(ReportJson.Options)!);
            lock (gate)
            {
                before = before with { Submits = 0 };
            }

            return;
        }

        CarrierSecond second = line.Deserialize<CarrierSecond>(ReportJson.Options)!;
        double at = runSeconds(second.At);
        lock (gate)
        {
            if (before.At > 0)
            {
                rate.Add(at, Math.Max(0, (second.Submits - before.Submits) / (at - before.At)));
            }

            before = (at, second.Submits);
            foreach (CarrierSecond.Flow flow in second.Flows)
            {
                if (!handed.TryGetValue(flow.Number, out Track[]? tracks))
                {
                    handed.Add(flow.Number, tracks = Handed(FlowNames.GetValueOrDefault(flow.Number, $"flow {flow.Number}")));
                }

                for (int i = 0; i < tracks.Length; i++)
                {
                    tracks[i].Add(at, flow.Milliseconds[i]);
                }
            }
        }
    }

    private static Track[] Handed(string name) => [.. new Latencies("handed to the carrier − intended time, ms", name).Tracks];
}
