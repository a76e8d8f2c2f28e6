using Confluent.Kafka;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Work;
using Router.Grains.Streams;
using Router.Streams.Out;

namespace Router.Streams.Tests;

/// <summary>A producer of both kinds of topics whose client and brokers a test plays: what it takes is written down by its commit, and told at once or when the test says.</summary>
internal sealed class SteppedProducer(IWorkScheduler scheduler) : ITenantProducer, IEventProducer
{
    private readonly ProducerTally tally = new("tenant_event");
    private readonly Queue<WriteBatch> held = [];

    /// <summary>The client of tenants' own topics.</summary>
    public ProducerLife Client { get; set; } = new();

    /// <summary>What that answers to the event of a commit.</summary>
    public Func<long, Confluent.Kafka.ErrorCode> Answer { get; set; } = static _ => Confluent.Kafka.ErrorCode.NoError;

    /// <summary>The brokers say nothing yet of tenants' own topics.</summary>
    public bool Holds { get; set; }

    /// <summary>Commits whose event the client of tenants' own topics took.</summary>
    public List<long> Taken { get; } = [];

    /// <summary>What the producer of all events waits for.</summary>
    public Task Room { get; set; } = Task.CompletedTask;

    /// <summary>The brokers say of what is held, or of the first so many, what became of it.</summary>
    public void Tell(Confluent.Kafka.ErrorCode code, int count = int.MaxValue)
    {
        for (; count > 0 && held.TryDequeue(out WriteBatch? batch); count--)
        {
            batch.Written(code);
        }
    }

    /// <inheritdoc/>
    public WriteBatch Begin(WriteBatch? after) => new(tally, null, scheduler, after);

    /// <inheritdoc/>
    public bool Write(string topic, Message<byte[], byte[]> message, WriteBatch batch)
    {
        batch.Add();
        Assert.True(UuidText.TryParse(message.Headers.GetLastBytes("ce_id"), out ulong commit, out _));
        Confluent.Kafka.ErrorCode answer = batch.TryJoin(Client) ? Answer((long)commit) : Confluent.Kafka.ErrorCode.Local_Fatal;
        if (answer != Confluent.Kafka.ErrorCode.NoError)
        {
            batch.Refused(answer);
            return false;
        }

        Taken.Add((long)commit);
        held.Enqueue(batch);
        if (!Holds)
        {
            Tell(Confluent.Kafka.ErrorCode.NoError);
        }

        return true;
    }

    /// <inheritdoc/>
    public WriteBatch Begin(ProducerTally of, WriteBatch? after) => new(of, null, scheduler, after);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, int index, WriteBatch batch, CancellationToken cancellationToken)
    {
        batch.Add();
        await Room;
        batch.Written(Confluent.Kafka.ErrorCode.NoError);
    }
}
