using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Engine.Work;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.In;
using Router.Streams.Out;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>The product's reader on a <see cref="ScriptedClient"/>, with one way, a tenant and a gateway. Its shards know keys; there is no engine: what a gateway tells right comes to a fault. Time stands.</summary>
internal sealed class ScriptedReader : IMeterFactory, IDeadRecords, IRecordWriter
{
    private static readonly Configuration Configured = new(
        1, [new Tenant(1, "acme", new TenantSettings { Name = "Acme" })], [new ProviderAccount(1, "carrier", new ProviderSettings { Kind = "kafka", Channels = ["sms"] })], [], []);

    private readonly Dictionary<UInt128, ulong> bodies = [];
    private readonly RecordReader records;
    private readonly GatewayRecords gateways;

    public ScriptedReader(params string[] topics)
    {
        var hash = new PlainKeyedHash();
        IShards shards = Proxy<IShards>.Of((member, given) => member switch
        {
            "WaitingOf" => 0L,
            "TryAccept" => Accept((AcceptRequest)given[0]!),
            _ => Proxy<IShards>.Unknown(member),
        });
        Health = new KafkaHealth(Time);
        Meter = new KafkaMeter(this, Health);
        Desk = new DeadLetterDesk(this, this, Meter, Time, NullLogger<DeadLetterDesk>.Instance);
        Keeper = new SliceKeeper(shards, Administration, ThreadPoolScheduler.Instance, Time);
        records = new RecordReader(Administration, shards, new RequestMaker(hash), Time);
        gateways = new GatewayRecords(Administration, hash, null!);
        Reader = new KafkaReader(Options, records, gateways, Desk, Health, Meter, Time, NullLogger<KafkaReader>.Instance);
        Queue = new SliceQueue(0, Reader, static _ => true);
        Client = new ScriptedClient(Reader.Values);
        Reader.Topics(topics.ToDictionary(static t => t, static _ => 1));
        Reader.Begin(Client.Consumer);
        Reader.Attach(Client.Consumer, Queue);
        Turn();
    }

    public KafkaOptions Options { get; } = new() { BootstrapServers = "nobody", Queues = 1 };

    public FakeTimeProvider Time { get; } = new();

    public IAdministration Administration { get; } = Proxy<IAdministration>.Of(static (member, _) => member == "get_Current" ? Configured : Proxy<IAdministration>.Unknown(member));

    public KafkaHealth Health { get; }

    public KafkaMeter Meter { get; }

    public DeadLetterDesk Desk { get; }

    public SliceKeeper Keeper { get; }

    public KafkaReader Reader { get; }

    public SliceQueue Queue { get; }

    public ScriptedClient Client { get; }

    public List<DeadRecord> Letters { get; } = [];

    public List<Message<byte[], byte[]>> Copies { get; } = [];

    /// <summary>Messages that shards accepted.</summary>
    public int Accepted => bodies.Count;

    /// <summary>What it knows of its only partition of <paramref name="topic"/>.</summary>
    public OffsetPrefix PrefixOf(string topic) => Meter.Read.Single(p => p.At.Topic == topic).Prefix;

    /// <summary>The reader reads what there is.</summary>
    public void Turn()
    {
        for (int i = 0; i < 4; i++)
        {
            Reader.Turn(Client.Consumer);
        }
    }

    public async Task<bool> ReplayAsync(DeadRecord letter)
    {
        using var replay = new RecordReplay(records, gateways, Keeper);
        return await replay.ReplayAsync(letter, CancellationToken.None);
    }

    public ValueTask<bool> TryKeepAsync(DeadRecord record)
    {
        Letters.Add(record);
        return ValueTask.FromResult(true);
    }

    public WriteBatch Begin(ProducerTally tally) => new(tally);

    public ValueTask WriteAsync(string topic, Message<byte[], byte[]> message, WriteBatch batch, CancellationToken cancellationToken)
    {
        Copies.Add(message);
        batch.Add();
        batch.Written(Confluent.Kafka.ErrorCode.NoError);
        return default;
    }

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose() => Meter.Dispose();

    private object Accept(AcceptRequest request)
    {
        bool isOther = !bodies.TryAdd(request.IdempotencyKey, request.BodyHash) && bodies[request.IdempotencyKey] != request.BodyHash;
        request.Outcome = isOther ? AcceptOutcome.OtherBody : AcceptOutcome.Accepted;
        request.Listener!.Completed(request);
        return Intake.Queued;
    }
}
