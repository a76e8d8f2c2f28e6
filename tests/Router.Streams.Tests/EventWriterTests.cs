using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;
using Router.Streams.Out;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>A batch of events that failed half way leaves nothing to the next: else bodies of one tenant would be told under another's events (DESIGN §4.7).</summary>
public sealed class EventWriterTests
{
    [Fact]
    public async Task What_a_failed_batch_left_is_not_in_the_next()
    {
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var health = new KafkaHealth(TimeProvider.System);
        using var meter = new KafkaMeter(services.GetRequiredService<IMeterFactory>(), health);
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1" }; // nobody there: what is written waits in the client
        using var producer = new EventProducer(options, health, TimeProvider.System, NullLogger<EventProducer>.Instance);
        using var own = new TenantProducer(options, health, meter, TimeProvider.System, NullLogger<TenantProducer>.Instance);
        IAdministration administration = Administered.Make();
        var composer = new Composer();
        var writer = new EventWriter(producer, meter, composer, administration);
        using var topics = new OwnTopics(new MemoryJournal(new PlainSealer()), own, composer, administration, health, meter, TimeProvider.System, NullLogger<OwnTopics>.Instance);

        composer.Fails = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync(Events(1, 1, 2), default, topics, CancellationToken.None));
        composer.Fails = false;
        await writer.WriteAsync(Events(2, 2), default, topics, CancellationToken.None);

        Assert.Equal([(1, 2, 0), (2, 2, 0)], composer.Asked);
    }

    private static StructList<LogEvent> Events(params int[] tenants)
    {
        var events = new StructList<LogEvent>(4);
        foreach (int tenant in tenants)
        {
            events.Add(new LogEvent { Entry = new JournalEntry { Kind = EntryKind.Notice, Tenant = tenant } });
        }

        return events;
    }

    private sealed class Composer : IEventBodies
    {
        public bool Fails { get; set; }

        /// <summary>Whose events, how many, and how many bodies were there already.</summary>
        public List<(int Tenant, int Events, int Bodies)> Asked { get; } = [];

        public ValueTask ComposeAsync(Tenant tenant, StructList<LogEvent> events, EventBodies bodies, CancellationToken cancellationToken)
        {
            Asked.Add((tenant.Number, events.Count, bodies.Items.Length));
            for (int i = 0; i < events.Count; i++)
            {
                "{}"u8.CopyTo(bodies.Room(2));
                bodies.Add(1, (ulong)i, "message.sent", 2);
            }

            return Fails ? throw new InvalidOperationException() : default;
        }
    }
}
