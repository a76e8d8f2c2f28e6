using System.Collections.Frozen;
using Confluent.Kafka;

namespace Router.Streams;

/// <summary><c>Kafka:…</c>: where the brokers are and how Router uses them. Checked by <see cref="Validate"/> at the start.</summary>
public sealed record KafkaOptions
{
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "bootstrap.servers", "group.id", "enable.auto.offset.store", "enable.auto.commit", "enable.idempotence", "acks", "auto.offset.reset");

    /// <summary><c>Kafka:BootstrapServers</c>: <c>host:port</c>, several with commas; null: no Kafka.</summary>
    public string? BootstrapServers { get; init; }

    /// <summary><c>Kafka:SharedOutbound</c>: whether <c>router.outbound</c> is read, whose records name their tenant in <c>ce_tenant</c>. Who may write there may write for every tenant.</summary>
    public bool SharedOutbound { get; init; }

    /// <summary><c>Kafka:Group</c>: the consumer group whose offsets say what was taken.</summary>
    public string Group { get; init; } = "router";

    /// <summary><c>Kafka:CreateTopics</c>: whether topics that are missing are made; else they are named in a warning until they are there.</summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary><c>Kafka:Partitions</c>: of topics that Router makes, 1 to 1,000.</summary>
    public int Partitions { get; init; } = 8;

    /// <summary><c>Kafka:Replication</c>: of topics that Router makes; 0: as the brokers have it by default.</summary>
    public int Replication { get; init; }

    /// <summary><c>Kafka:RetentionHours</c>: of topics that Router makes, 1 to 168: what lies there about a person is gone after seven days (DESIGN §8).</summary>
    public int RetentionHours { get; init; } = 168;

    /// <summary><c>Kafka:Client:…</c>: settings of librdkafka, handed on as they are (TLS, SASL …).</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>How many ways records take side by side: partition <c>p</c> of every topic takes way <c>p % Queues</c>. The same on all silos.</summary>
    public int Queues { get; init; } = 8;

    /// <summary>Records of a way that were read and are not settled, at most: then its partitions pause until half of them are.</summary>
    public int InFlightMax { get; init; } = 16_384;

    /// <summary>
    /// Of what Router writes, where <see cref="Client"/> says nothing else. Measured with records of events (508 B with key and headers), CPU of the client: lz4 leaves 101 B of them for 12.7 µs a record, zstd 55 B for
    /// 14.2 µs, none 11.3 µs.
    /// </summary>
    internal const string Compression = "lz4";

    /// <summary>Whether Kafka is to be used.</summary>
    public bool IsOn => BootstrapServers is not null;

    /// <summary>Null when all is right, else what is wrong, with the remedy.</summary>
    public string? Validate()
    {
        if (!IsOn)
        {
            return null;
        }

        foreach (string name in Client.Keys)
        {
            if (Reserved.Contains(name))
            {
                return $"Kafka:Client:{name} is Router's own to set: leave it out";
            }
        }

        return Group.Length is 0 or > 200 ? "Kafka:Group must have 1 to 200 characters"
            : Partitions is < 1 or > 1_000 ? $"Kafka:Partitions is {Partitions}: use 1 to 1000"
            : Replication is < 0 or > 32 ? $"Kafka:Replication is {Replication}: use 1 to 32, or 0 for the brokers' default"
            : RetentionHours is < 1 or > 168 ? $"Kafka:RetentionHours is {RetentionHours}: use 1 to 168 (seven days)"
            : WrongClient();
    }

    // librdkafka knows its settings, and says by name which it does not; it connects to nothing while it is asked.
    private string? WrongClient()
    {
        try
        {
            using IAdminClient asked = new AdminClientBuilder(new AdminClientConfig(new Dictionary<string, string>(Client)) { BootstrapServers = BootstrapServers })
                .SetLogHandler(static (_, _) => { })
                .Build();
            return null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or KafkaException)
        {
            return $"Kafka:Client is not right: {fault.Message}: use the settings that librdkafka documents";
        }
    }

    /// <summary>Addresses of brokers and credentials stay out of logs.</summary>
    public override string ToString() => nameof(KafkaOptions);
}
