using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Router.FrontDoor.Health;

/// <summary>Clients that were cut off because they take or send nothing: told once a minute with their number, so that ten thousand are one line. Any thread.</summary>
internal sealed partial class SlowClients : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Who stops reading with others is cut off with them: together they are one line.
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;
    private readonly ILogger<SlowClients> log;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private long? lastAt;
    private long? toldAt;
    private int untold;
    private int lately;

    public SlowClients(TimeProvider time, ILogger<SlowClients> log)
    {
        this.time = time;
        this.log = log;
        timer = time.CreateTimer(static state => ((SlowClients)state!).Tell(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

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

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    /// <summary>A client was cut off.</summary>
    internal void Add()
    {
        lock (gate)
        {
            lately = lastAt is { } last && time.GetElapsedTime(last) < Pause ? lately + 1 : 1;
            lastAt = time.GetTimestamp();
            if (untold++ == 0)
            {
                TimeSpan since = toldAt is { } told ? time.GetElapsedTime(told) : Pause;
                timer.Change(since + Gather >= Pause ? Gather : Pause - since, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Tell()
    {
        int count;
        lock (gate)
        {
            toldAt = time.GetTimestamp();
            count = untold;
            untold = 0;
        }

        LogCutOff(count);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} clients were cut off because they take or send nothing (told once a minute)")]
    private partial void LogCutOff(int count);
}
