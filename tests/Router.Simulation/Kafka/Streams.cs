using Confluent.Kafka;
using Router.Engine.Journal;
using Router.Streams;

namespace Router.Simulation.Kafka;

/// <summary>
/// Kafka around the silos: who reads which way, what is written into topics, what the group commits, and what comes out. Outlives the silos. Partials: <c>Records</c> what is written, <c>Promises</c>.
/// </summary>
internal sealed partial class Streams
{
    private const int WayCount = 3;
    private readonly SimulatedSilo?[] ways = new SimulatedSilo?[WayCount];
    private readonly HashSet<StreamRecord> seen = [];
    private SimulatedSilo? exporter;
    private LogPosition exported;
    private int exportTurn;

    public Streams(SimulationRun run)
    {
        Run = run;
        Hash = new StreamHash(run);
        Options = new KafkaOptions { BootstrapServers = "simulated", SharedOutbound = true, Queues = WayCount, InFlightMax = 2 + run.Random.Next(40) };
        exported = run.Store.Log.Begin;
        TopicCounts = run.Plan.Tenants.Select(static t => OutboundOf(t)).Concat([SharedOutbound, Receipts, Inbound]).ToDictionary(static t => t, _ => 1 + run.Random.Next(4));
        foreach ((string topic, int count) in TopicCounts)
        {
            Broker.Make(topic, count);
        }
    }

    public SimulationRun Run { get; }

    public KafkaOptions Options { get; }

    public StreamHash Hash { get; }

    public SimulatedBroker Broker { get; } = new();

    public IReadOnlyDictionary<string, int> TopicCounts { get; }

    /// <summary>Ways that nobody reads are taken, and who is told that one is another's lets go of it.</summary>
    public bool TakeWays(SimulatedSilo silo)
    {
        int let = silo.Streams!.DetachOthers(ways);
        int way0 = Array.FindIndex(ways, static s => s is null || !s.IsAlive);
        if (way0 >= 0)
        {
            Attach(way0, silo);
        }

        return way0 >= 0 || let > 0;
    }

    /// <summary>The cluster has another read a way, as silos come and go; one that is frozen does not hear of it.</summary>
    public bool MoveWay(SimulatedSilo to)
    {
        int way = Run.Random.Next(WayCount);
        SimulatedSilo? from = ways[way];
        if (from is { IsAlive: true, IsFrozen: false } && from.Streams!.Reads(way))
        {
            from.Streams.Detach(way);
        }
        else if (from is { IsFrozen: true })
        {
            Run.Coverage.Count("fault: two read one way");
        }

        if (Run.Chance(0.2))
        {
            Rewind(way);
        }

        Run.Coverage.Count("fault: a way moved");
        Attach(way, to);
        return true;
    }

    /// <summary>Somebody writes events: whoever did it last, another where that one is gone or thought to be.</summary>
    public bool Export(SimulatedSilo silo)
    {
        bool isNeeded = exporter is not { IsAlive: true } || (exporter is { IsFrozen: true } && Run.Chance(0.3));
        if (isNeeded && !silo.Streams!.IsExporting)
        {
            exporter = silo;
            silo.Streams!.BeginExport(exported, ++exportTurn);
        }

        return silo.Streams!.Export();
    }

    public bool IsExportTurn(int turn) => turn == exportTurn;

    /// <summary>Keeps the place of the writer of events; false: another has taken it.</summary>
    public bool KeepExport(LogPosition now, int turn)
    {
        bool isOwn = IsExportTurn(turn);
        exported = isOwn ? now : exported;
        Run.Coverage.Count(isOwn ? "act: the place of events was kept" : "fault: two wrote events");
        return isOwn;
    }

    /// <summary>A client gives a record.</summary>
    public void Read(StreamRecord record)
    {
        if (!seen.Add(record))
        {
            Run.Coverage.Count("fault: a record was read again");
        }
    }

    /// <summary>A client commits: all before it must be settled.</summary>
    public void Commit(TopicPartition at, long offset)
    {
        long before = Broker.CommittedOf(at);
        List<StreamRecord> records = Broker.Partitions[at];
        for (int i = (int)Broker.FurthestOf(at); i < offset; i++)
        {
            StreamRecord record = records[i]; // what is settled stays so: those before were looked at when they were committed first
            Violation.Unless(IsSettled(record), $"offset {offset} of {at} was committed, and the record at {record.Place} is neither kept nor a dead letter: {record.Wish?.Text}");
            if (!record.IsTold)
            {
                record.IsTold = true;
                record.Told?.Invoke();
            }
        }

        Run.Coverage.Count(offset < before ? "fault: an older offset was committed" : "act: an offset was committed");
        Broker.Commit(at, offset);
    }

    /// <summary>All that can be done now; false: nothing moved.</summary>
    public bool StepAll(IEnumerable<SimulatedSilo> silos)
    {
        bool moved = false;
        foreach (SimulatedSilo silo in silos)
        {
            moved |= TakeWays(silo);
            while (silo.Streams!.Read())
            {
                moved = true;
            }

            moved |= silo.Streams.DeliverAll() | silo.Streams.Write() | Export(silo);
            silo.Streams.Commit();
        }

        return moved;
    }

    private void Attach(int way, SimulatedSilo silo)
    {
        if (silo.Streams!.Reads(way))
        {
            silo.Streams.Detach(way);
        }

        ways[way] = silo;
        silo.Streams.Attach(way);
    }

    // An operator sets the group back.
    private void Rewind(int way)
    {
        foreach (TopicPartition at in Broker.Partitions.Keys.Where(p => p.Partition.Value % WayCount == way))
        {
            if (Broker.CommittedOf(at) > 0)
            {
                Run.Coverage.Count("fault: a group was set back");
                Broker.Commit(at, Run.Random.NextInt64(Broker.CommittedOf(at)));
            }
        }
    }
}
