using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Out;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>The export of events with tenants' own topics: a log of one event a commit, of tenant 1, which has a topic of its own, and tenant 2, which has none. Its reads look at four commits.</summary>
internal sealed class OwnTopicsHarness : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MemoryJournal journal = new(new PlainSealer());
    private readonly KafkaMeter meter;
    private readonly EventExport export;
    private long commits;

    /// <param name="log">Whose event each commit has that is there before it begins.</param>
    /// <param name="from">The commit up to which events of all were written.</param>
    /// <param name="behind">The commit up to which the topic was, where that is less.</param>
    public OwnTopicsHarness(int[] log, long from = 0, long? behind = null)
    {
        var health = new KafkaHealth(Time);
        meter = new KafkaMeter(services.GetRequiredService<IMeterFactory>(), health);
        Producer = new SteppedProducer(Turns);
        IAdministration administration = Administered.Make();
        var composer = new Composer();
        Topics = new OwnTopics(journal, Producer, composer, administration, health, meter, Time, NullLogger<OwnTopics>.Instance);
        export = new EventExport(journal.Events, new EventWriter(Producer, meter, composer, administration), Topics, Time, new LogPosition(from, 0), KeepAsync);
        Commit(log);
        ExportPlace[] places = behind is { } commit ? [new ExportPlace { Tenant = 1, Commit = commit }] : [];
        Task.Factory.StartNew(() => Topics.Begin(places, export.Read, CancellationToken.None), CancellationToken.None, TaskCreationOptions.None, Turns);
    }

    public Turns Turns { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public SteppedProducer Producer { get; }

    public OwnTopics Topics { get; }

    /// <summary>Topics that are behind, when places were kept last; null: they were not.</summary>
    public List<ExportPlace>? Kept { get; private set; }

    /// <summary>Commits with an event of these tenants, one each.</summary>
    public void Commit(params int[] tenants)
    {
        foreach (int tenant in tenants)
        {
            journal.Store.Log.Add([new LogEvent { Position = new LogPosition(++commits, 0), Entry = new JournalEntry { Kind = EntryKind.Notice, Tenant = tenant } }]);
        }
    }

    /// <summary>The export reads and writes once more.</summary>
    public Task<bool> GoOn() => Turns.Begin(() => export.GoOnAsync(static () => { }, CancellationToken.None));

    /// <summary>The export reads and writes until there is nothing more, and topics do what they can do now.</summary>
    public void GoOnToTheEnd()
    {
        while (GoOn().GetAwaiter().GetResult())
        {
        }
    }

    /// <summary>Longer than a topic that took nothing rests.</summary>
    public void Wait()
    {
        Turns.RunAll();
        Time.Advance(TimeSpan.FromSeconds(31));
        Turns.RunAll();
    }

    public void Dispose()
    {
        Topics.Dispose();
        meter.Dispose();
        services.Dispose();
    }

    private Task KeepAsync(LogPosition now, List<ExportPlace> behind)
    {
        Kept = behind;
        return Task.CompletedTask;
    }

    private sealed class Composer : IEventBodies
    {
        public ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken)
        {
            foreach (ref readonly LogEvent one in events.Span)
            {
                bodies.Room(2);
                bodies.Add((ulong)one.Position.Commit, (ulong)one.Position.Index, "provider.up", 2);
            }

            return default;
        }
    }
}
