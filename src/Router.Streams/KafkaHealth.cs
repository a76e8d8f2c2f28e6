using Router.Grains.Administration;

namespace Router.Streams;

/// <summary>Whether the brokers can be reached, for <c>/readyz</c> and the log: HTTP goes on without them. Any thread.</summary>
public sealed class KafkaHealth(TimeProvider time) : ITroubled
{
    // librdkafka tells of an outage again and again while it lasts, and of its end not at all: so much quiet is the end.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private long toldAt = long.MinValue;
    private volatile string? because;

    /// <inheritdoc/>
    public string? Trouble => because is { } why && time.GetElapsedTime(Volatile.Read(ref toldAt)) < Quiet ? "Kafka: " + why : null;

    /// <summary>Something does not work.</summary>
    public void Down(string why)
    {
        Volatile.Write(ref toldAt, time.GetTimestamp());
        because = why;
    }

    /// <summary>Something worked.</summary>
    public void Up() => because = null;
}
