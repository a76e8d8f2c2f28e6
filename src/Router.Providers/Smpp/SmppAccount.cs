using System.Globalization;
using Microsoft.Extensions.Logging;
using Router.Engine.Providers;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>What all sessions of an account share.</summary>
internal sealed class SmppAccount
{
    /// <summary>Provider's number.</summary>
    public required int Number { get; init; }

    /// <summary>Provider's name, for logs and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Settings.</summary>
    public required SmppSettings Settings { get; init; }

    /// <summary>Who is told.</summary>
    public required IProviderEvents Events { get; init; }

    /// <summary>Keys of carriers' ids.</summary>
    public required ReceiptIds Ids { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Counts.</summary>
    public required SmppCounters Counters { get; init; }

    /// <summary>Speed.</summary>
    public required Pace Pace { get; init; }

    /// <summary>Logs.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Departures that one session queues at most.</summary>
    public required int QueueMax { get; init; }

    /// <summary>Long messages leave whole (<see cref="LongMessages.Payload"/>).</summary>
    public bool SendsWhole => Settings.LongMessages == LongMessages.Payload;

    /// <summary>A bind's name for people: its number, of a pair with the word for its half.</summary>
    public string Label(int index, Command command)
    {
        string number = (index % Settings.Binds).ToString(CultureInfo.InvariantCulture);
        return command switch { Command.BindTransmitter => "transmitter " + number, Command.BindReceiver => "receiver " + number, _ => number };
    }

    /// <summary>A timestamp in whole ms, for <see cref="Smpp.Pace"/>.</summary>
    public long Ms(long timestamp) => (long)(timestamp * (1_000.0 / Time.TimestampFrequency));

    /// <summary>Seconds as a difference of timestamps.</summary>
    public long Ticks(int seconds) => seconds * Time.TimestampFrequency;
}
