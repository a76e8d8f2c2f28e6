using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine.Accepting;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams;
using Router.Streams.In;
using Router.Streams.Out;
using Router.Testing;

namespace Router.Simulation.Kafka;

/// <summary>One silo's part of the streams: the product's reader and slices on a simulated client, its dead letters, and the writer of events while it is here.</summary>
internal sealed class SiloStreams : IMeterFactory
{
    private readonly Streams streams;
    private readonly SimulatedSilo silo;
    private readonly TimeProvider time;
    private readonly KafkaReader reader;
    private readonly SimulatedConsumer consumer;
    private readonly SimulatedWriter writer;
    private readonly SliceKeeper keeper;
    private readonly EventWriter events;
    private readonly KafkaMeter meter;
    private readonly List<Agent> agents = [];
    private readonly CancellationTokenSource stopping = new();
    private EventExport? export;
    private Task<bool>? exporting;
    private int exportTurn;

    public SiloStreams(Streams streams, SimulatedSilo silo, TimeProvider time)
    {
        this.streams = streams;
        this.silo = silo;
        this.time = time;
        IAdministration administration = Proxy<IAdministration>.Of((member, _) => member == "get_Current" ? silo.Engine.Configuration : Proxy<IAdministration>.Unknown(member));
        var shards = new SimulatedShards(streams.Run, silo, time);
        var health = new KafkaHealth(time);
        meter = new KafkaMeter(this, health);
        writer = new SimulatedWriter(streams, silo.Workers, time);
        keeper = new SliceKeeper(shards, administration, silo.Workers, time);
        events = new EventWriter(writer, meter, new Bodies(), administration);
        reader = new KafkaReader(
            streams.Options, new RecordReader(administration, shards, new RequestMaker(streams.Hash), time), new GatewayRecords(administration, streams.Hash, silo.Engine),
            new DeadLetterDesk(silo.Engine, writer, meter, time, NullLogger<DeadLetterDesk>.Instance), health, meter, time, NullLogger<KafkaReader>.Instance);
        reader.Topics(streams.TopicCounts);
        consumer = new SimulatedConsumer(streams, reader.Values);
        reader.Begin(consumer.Client);
    }

    /// <summary>Whether it reads a way.</summary>
    public bool Reads(int way)
    {
        foreach (Agent agent in agents)
        {
            if (agent.Queue.Number == way)
            {
                return true;
            }
        }

        return false;
    }

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
        meter.Dispose();
        stopping.Dispose();
    }

    public override string ToString() => $"silo {silo.Number}: {writer.Waiting} to write, {string.Join(' ', agents.Select(static a => $"way {a.Queue.Number} {a.Queue.InFlight} in flight, {a}"))}";

    public void Attach(int way)
    {
        var queue = new SliceQueue(way, reader, shard => streams.Run.OwnerOf(shard) is not null);
        agents.Add(new Agent(streams.Run, queue, keeper));
        reader.Attach(consumer.Client, queue);
    }

    public void Detach(int way)
    {
        Agent agent = agents.Find(a => a.Queue.Number == way)!;
        if (agent.IsBusy)
        {
            streams.Run.Coverage.Count("fault: a way moved in the middle of a slice");
        }

        agents.Remove(agent);
        reader.Detach(consumer.Client, agent.Queue);
    }

    /// <summary>Lets go of the ways that are another's, by who has them; returns how many.</summary>
    public int DetachOthers(SimulatedSilo?[] ways)
    {
        int let = 0;
        for (int i = 0; i < agents.Count;)
        {
            int way = agents[i].Queue.Number;
            if (ways[way] == silo)
            {
                i++;
                continue;
            }

            Detach(way);
            let++;
        }

        return let;
    }

    public bool Read()
    {
        consumer.HasRead = false;
        reader.Turn(consumer.Client);
        return consumer.HasRead;
    }

    public bool Deliver() => agents.Count > 0 && agents[streams.Run.Random.Next(agents.Count)].Step();

    public bool DeliverAll()
    {
        bool any = false;
        foreach (Agent agent in agents)
        {
            any |= agent.Step();
        }

        return any;
    }

    public bool Commit() => consumer.CommitStored();

    public bool Write() => writer.Step();

    /// <summary>Whether one that writes events here has not come to an end: another does not begin beside it.</summary>
    public bool IsExporting => exporting is { IsCompleted: false };

    /// <summary>Events are written here from now on, from where that was kept.</summary>
    public void BeginExport(LogPosition from, int turn)
    {
        exportTurn = turn;
        exporting = null;
        export = new EventExport(silo.Journal.Events, events, null, time, from, (now, _) => streams.KeepExport(now, turn) ? Task.CompletedTask : Task.FromException(new InvalidOperationException("another has its place")));
    }

    /// <summary>The writer of events goes on, if there is one here; false: nothing moved.</summary>
    public bool Export()
    {
        if (exporting is { IsFaulted: true })
        {
            export = streams.IsExportTurn(exportTurn) ? export : null; // who lost its place ends
            export?.GoBack();
        }

        if (export is null || exporting is { IsCompleted: false })
        {
            return false;
        }

        exporting = export.GoOnAsync(static () => { }, stopping.Token);
        return exporting is not { IsCompletedSuccessfully: true, Result: false };
    }

    public void Die()
    {
        writer.Die();
        Dispose();
    }
}
