using System.Diagnostics.Metrics;

namespace Router.FrontDoor;

/// <summary>
/// What the front door counts (DESIGN §4.6: what happens when something is full is counted), as instruments of the meter <c>Router.FrontDoor</c>. Fields are changed by
/// <see cref="Interlocked"/> from any thread; each costs an increment where something waits or is refused, nothing where all goes well.
/// </summary>
internal sealed class FrontDoorCounts : IDisposable
{
    /// <summary>Times a stream stopped reading because its answers were not read.</summary>
    internal long WaitsForClient;

    /// <summary>Times a stream stopped reading because a shard was full or had no owner.</summary>
    internal long WaitsForShard;

    /// <summary>Times a stream stopped reading because it had as many lines with their shards as it may.</summary>
    internal long WaitsForAnswers;

    /// <summary>Streams closed because nothing went on.</summary>
    internal long StreamsIdle;

    /// <summary>Event streams cut off because the client took nothing.</summary>
    internal long EventStreamsCutOff;

    /// <summary>Single messages refused with 503.</summary>
    internal long RefusedBusy;

    /// <summary>Messages, single or lines, refused with 429.</summary>
    internal long RefusedTenantFull;

    /// <summary>Wishes to wait for a verdict that were not followed because too many waited.</summary>
    internal long WaitsRefused;
    /// <summary>Posts of events that receivers took.</summary>
    internal long WebhooksTaken;

    /// <summary>Posts of events that receivers did not take.</summary>
    internal long WebhooksFailed;

    /// <summary>Times a webhook had more to post and nothing was left of what webhooks share.</summary>
    internal long WebhooksWaited;

    /// <summary>Events given up: not taken in three days, while others were.</summary>
    internal long WebhooksGivenUp;

    /// <summary>Webhooks of this silo whose receivers take nothing now.</summary>
    internal long WebhooksFailing;

    /// <summary>Faults of our own in deliveries.</summary>
    internal long WebhookFaults;

    private readonly Meter meter;

    /// <summary>Makes the instruments.</summary>
    public FrontDoorCounts(IMeterFactory factory)
    {
        meter = factory.Create("Router.FrontDoor");
        meter.CreateObservableCounter("router.stream.waits", () => new Measurement<long>[]
        {
            new(Volatile.Read(ref WaitsForClient), new KeyValuePair<string, object?>("for", "client")),
            new(Volatile.Read(ref WaitsForShard), new KeyValuePair<string, object?>("for", "shard")),
            new(Volatile.Read(ref WaitsForAnswers), new KeyValuePair<string, object?>("for", "answers")),
        }, description: "times an NDJSON stream stopped reading");
        meter.CreateObservableCounter("router.stream.idle", () => Volatile.Read(ref StreamsIdle), description: "NDJSON streams closed because nothing went on");
        meter.CreateObservableCounter("router.events.cut_off", () => Volatile.Read(ref EventStreamsCutOff), description: "event streams cut off because the client took nothing");
        meter.CreateObservableCounter("router.prefer.wait_refused", () => Volatile.Read(ref WaitsRefused), description: "Prefer: wait answered 202 because too many waited");
        meter.CreateObservableCounter("router.webhooks.posts", () => new Measurement<long>[]
        {
            new(Volatile.Read(ref WebhooksTaken), new KeyValuePair<string, object?>("result", "taken")),
            new(Volatile.Read(ref WebhooksFailed), new KeyValuePair<string, object?>("result", "failed")),
            new(Volatile.Read(ref WebhooksWaited), new KeyValuePair<string, object?>("result", "waited")),
        }, description: "posts of events to webhooks; waited: none was left of those that webhooks share");
        meter.CreateObservableGauge("router.webhooks.failing", () => Volatile.Read(ref WebhooksFailing), description: "webhooks whose receivers take nothing now");
        meter.CreateObservableCounter("router.webhooks.given_up", () => Volatile.Read(ref WebhooksGivenUp), description: "events that a webhook did not take in three days");
        meter.CreateObservableCounter("router.webhooks.faults", () => Volatile.Read(ref WebhookFaults), description: "faults of Router's own in deliveries to webhooks");
        meter.CreateObservableCounter("router.messages.refused", () => new Measurement<long>[]
        {
            new(Volatile.Read(ref RefusedBusy), new KeyValuePair<string, object?>("status", 503)),
            new(Volatile.Read(ref RefusedTenantFull), new KeyValuePair<string, object?>("status", 429)),
        }, description: "messages refused because something was full");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
