using System.Globalization;
using Router.FrontDoor.Access;

namespace Router.FrontDoor;

/// <summary>What the front door is given at start. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record FrontDoorOptions
{
    /// <summary>The most that <see cref="StreamInFlightMax"/> may be.</summary>
    public const int StreamInFlightHighest = 32_768;

    /// <summary>The most that <see cref="ConnectionsMax"/> may be.</summary>
    public const int ConnectionsHighest = 1_000_000;

    /// <summary>The most that <see cref="StreamIdle"/> and <see cref="HeartBeat"/> may be, in seconds: a day.</summary>
    public const int WaitSecondsHighest = 86_400;

    /// <summary>
    /// The operator's key (<c>ROUTER__Operator__Key</c>), 16 to 200 visible ASCII characters; any text of that form, so that a secret store can make it. Only its hash is kept.
    /// Null: only the operators' keys of the configuration open <c>/admin</c>.
    /// </summary>
    public string? OperatorKey { get; init; }

    /// <summary>OpenID Connect tokens beside keys; without an authority none.</summary>
    public OidcOptions Oidc { get; init; } = new();

    /// <summary>
    /// Lines of one NDJSON stream that may be with their shards at once, 1 to <see cref="StreamInFlightHighest"/>; more wait unread. Several streams share twice as many, each has 64 in any case. Bounds what one
    /// connection holds, about 0.8 KB each, and how long everybody's messages wait for the shards: more make longer queues and no higher rate.
    /// </summary>
    public int StreamInFlightMax { get; init; } = 1_024;

    /// <summary>Connections at once, 1 to <see cref="ConnectionsHighest"/>; more are closed as they come. Each holds up to some 100 KB, a stream whose answers are not read up to 3 MB.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>1 s to <see cref="WaitSecondsHighest"/>. After so long without a line read or an answer taken, a stream is closed (DESIGN §6); an event stream whose reader takes nothing, too.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>1 s to <see cref="WaitSecondsHighest"/>. How often an event stream with nothing to tell sends a comment, so that intermediaries keep it open.</summary>
    public TimeSpan HeartBeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// <c>Webhooks:AllowPrivateNetworks</c>: whether tenants' webhooks may lead into private networks, and be <c>http://</c>. For installations where all tenants are the operator's
    /// own: anybody else could reach what stands behind the operator's walls.
    /// </summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>What is wrong, with the setting, the range and the remedy; null: nothing.</summary>
    public string? Validate()
    {
        if (OperatorKey is not null && (OperatorKey.Length is < 16 or > 200 || OperatorKey.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            return "Operator:Key is not 16 to 200 visible ASCII characters; leave it out to have one made, or set one made by: openssl rand -hex 32";
        }

        return Check(nameof(StreamInFlightMax), StreamInFlightMax, StreamInFlightHighest)
            ?? Check(nameof(ConnectionsMax), ConnectionsMax, ConnectionsHighest)
            ?? Check("StreamIdleSeconds", StreamIdle.TotalSeconds, WaitSecondsHighest)
            ?? Check("HeartBeatSeconds", HeartBeat.TotalSeconds, WaitSecondsHighest)
            ?? Oidc.Validate();
    }

    private static string? Check(string name, double value, int highest) => value >= 1 && value <= highest
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"Http:{name} is {value}: give a number from 1 to {highest}");

    /// <summary>The bounds: a record's own text would show the operator's key.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"streams of {StreamInFlightMax} lines, {ConnectionsMax} connections, idle {StreamIdle}, heart-beat {HeartBeat}");

    /// <summary>A fresh key of Router's own form, for <see cref="OperatorKey"/> or a tenant: <c>rk_</c> and 43 characters that hold 256 random bits.</summary>
    public static string NewKey() => KeyText.New();

    /// <summary>What is kept of a key: the first 16 bytes of its SHA-256 (<c>ApiKey.Hash</c>).</summary>
    public static UInt128 HashOf(string key) => KeyText.Hash(key);
}
