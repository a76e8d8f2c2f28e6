using Router.FrontDoor.Access;

namespace Router.FrontDoor;

/// <summary>What the front door is given at start. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record FrontDoorOptions
{
    /// <summary>
    /// The operator's key (<c>ROUTER__Operator__Key</c>), 16 to 200 visible ASCII characters; any text of that form, so that a secret store can make it. Only its hash is kept.
    /// </summary>
    public required string OperatorKey { get; init; }

    /// <summary>Lines of one NDJSON stream that may be with their shards at once, 1 to 32,768; more wait unread. Bounds what one connection holds: about 0.8 KB each.</summary>
    public int StreamInFlightMax { get; init; } = 4_096;

    /// <summary>Connections at once, 1 to 1,000,000; more are closed as they come. Each holds up to some 100 KB, a stream whose answers are not read up to 3 MB.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>After so long without a line read or an answer taken, a stream is closed (DESIGN §6); an event stream whose reader takes nothing, too.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an event stream with nothing to tell sends a comment, so that intermediaries keep it open.</summary>
    public TimeSpan HeartBeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What is wrong, with the setting, the range and the remedy; null: nothing.</summary>
    public string? Validate()
    {
        if (OperatorKey is null || OperatorKey.Length is < 16 or > 200 || OperatorKey.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return "Operator:Key is not 16 to 200 visible ASCII characters; leave it out to have one made, or set one made by: openssl rand -hex 32";
        }

        if (StreamInFlightMax is < 1 or > 32_768)
        {
            return $"Http:StreamInFlightMax {StreamInFlightMax} is not 1 to 32768";
        }

        if (ConnectionsMax is < 1 or > 1_000_000)
        {
            return $"Http:ConnectionsMax {ConnectionsMax} is not 1 to 1000000";
        }

        return !IsWait(StreamIdle) || !IsWait(HeartBeat) ? "Http:StreamIdle and Http:HeartBeat are each longer than nothing and at most a day" : null;
    }

    private static bool IsWait(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromDays(1);

    /// <summary>A fresh key of Router's own form, for <see cref="OperatorKey"/> or a tenant: <c>rk_</c> and 43 characters that hold 256 random bits.</summary>
    public static string NewKey() => KeyText.New();

    /// <summary>What is kept of a key: the first 16 bytes of its SHA-256 (<c>ApiKey.Hash</c>).</summary>
    public static UInt128 HashOf(string key) => KeyText.Hash(key);
}
