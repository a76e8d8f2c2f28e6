using System.Globalization;
using Router.Grains.Administration;

namespace Router.Streams;

/// <summary>Whether the brokers can be reached, for <c>/readyz</c> and the log: HTTP goes on without them. Any thread.</summary>
public sealed class KafkaHealth(TimeProvider time) : ITroubled
{
    // librdkafka tells of an outage again and again while it lasts, and of its end not at all: so much quiet is the end.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private long toldAt = long.MinValue;
    private volatile string? because;
    private volatile string? events;
    private volatile string? topics;

    /// <inheritdoc/>
    public string? Trouble
    {
        get
        {
            string? now = because is { } why && time.GetElapsedTime(Volatile.Read(ref toldAt)) < Quiet ? why : null;
            string told = string.Join("; ", new[] { now, events, topics }.OfType<string>());
            return told.Length > 0 ? "Kafka: " + told : null;
        }
    }

    /// <summary>Whether <c>router.events</c> takes events; null: it does, else why not.</summary>
    public void Events(string? why) => events = why is null ? null : $"router.events takes nothing ({why})";

    /// <summary>How many tenants' own topics take no events, and why one of them does not.</summary>
    public void Topics(int count, string? why) => topics = count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{count} tenants' own topics of events take nothing ({why})");

    /// <summary>Something does not work.</summary>
    public void Down(string why)
    {
        Volatile.Write(ref toldAt, time.GetTimestamp());
        because = why;
    }

    /// <summary>Something worked.</summary>
    public void Up() => because = null;
}
