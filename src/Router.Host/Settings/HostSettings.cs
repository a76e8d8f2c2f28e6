using System.Net;
using Router.Engine;
using Router.FrontDoor;
using Router.Streams;

namespace Router.Host.Settings;

/// <summary>Everything that can be set (DESIGN §6, Start), checked. Made by <see cref="SettingsReader"/>.</summary>
internal sealed record HostSettings
{
    /// <summary><c>Http:Url</c>: where HTTP is served. Port 0: a free one.</summary>
    public Uri HttpUrl { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>
    /// <c>Operator:Key</c> (null: one is made and printed once) and the other settings of <c>Http:…</c>. The key lies in here and nowhere else: the options' own text leaves it
    /// out, and so does this record's.
    /// </summary>
    public FrontDoorOptions FrontDoor { get; init; } = new();

    /// <summary><c>Storage:Path</c>: the folder that holds everything.</summary>
    public string StoragePath { get; init; } = "./data";

    /// <summary><c>Cluster:Address</c>: where the silo listens, on loopback; null: a free port there.</summary>
    public IPEndPoint? ClusterAddress { get; init; }

    /// <summary><c>Log:Level</c>: Router's own lines from this level on; those of the libraries below it only where something is wrong (<see cref="LogSetup"/>).</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary><c>Log:Format</c> is <c>json</c>: one JSON object a line; else one line of text.</summary>
    public bool LogJson { get; init; }

    /// <summary><c>Telemetry:OtlpEndpoint</c>: where metrics and traces are sent by OTLP over gRPC; null: nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary><c>Telemetry:TraceRatio</c>: the share of requests traced whose caller did not decide it, 0 to 1.</summary>
    public double TraceRatio { get; init; } = 0.01;

    /// <summary><c>Kafka:…</c>: none where it has no brokers.</summary>
    public KafkaOptions Kafka { get; init; } = new();

    /// <summary><c>Engine:…</c>: bounds of the engine.</summary>
    public EngineOptions Engine { get; init; } = EngineOptions.For(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
