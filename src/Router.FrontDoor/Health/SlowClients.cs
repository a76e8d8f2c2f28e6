using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Router.FrontDoor.Health;

/// <summary>Clients that were cut off because they take or send nothing: told once a minute with their number, so that ten thousand are one line. Any thread.</summary>
internal sealed partial class SlowClients(TimeProvider time, ILogger<SlowClients> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private long? lastAt;
    private long? toldAt;
    private int untold;
    private int lately;

    /// <summary>What there is to tell on <c>/readyz</c>; null: nobody was cut off within a minute.</summary>
    internal string? Trouble
    {
        get
        {
            lock (gate)
            {
                return lastAt is { } at && time.GetElapsedTime(at) < Pause ? string.Create(CultureInfo.InvariantCulture, $"{lately} clients were cut off: they take or send nothing") : null;
            }
        }
    }

    /// <summary>A client was cut off.</summary>
    internal void Add()
    {
        int count;
        lock (gate)
        {
            lately = lastAt is { } last && time.GetElapsedTime(last) < Pause ? lately + 1 : 1;
            lastAt = time.GetTimestamp();
            untold++;
            if (toldAt is { } told && time.GetElapsedTime(told) < Pause)
            {
                return;
            }

            toldAt = lastAt;
            count = untold;
            untold = 0;
        }

        LogCutOff(count);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} clients were cut off because they take or send nothing (told once a minute at most)")]
    private partial void LogCutOff(int count);
}
