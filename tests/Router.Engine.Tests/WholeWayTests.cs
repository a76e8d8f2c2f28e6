using System.Text;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Testing;

namespace Router.Engine.Tests;

/// <summary>Keep → decide → release → settle over the real thread pool, with a journal in memory.</summary>
public sealed class WholeWayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_message_accepted_is_delivered(byte segments)
    {
        const int Messages = 2_000;
        TimeSpan patience = TimeSpan.FromSeconds(30);
        var sealer = new PlainSealer();
        using var logs = new CollectingLogs();
        var hash = new PlainKeyedHash();
        var journal = new MemoryJournal(sealer, null, new MemoryJournalOptions { Exclusive = true });
        var tenant = new Tenant(1, "acme", new TenantSettings { Name = "Acme", Senders = ["+39000"] });
        var provider = new ProviderAccount(1, "p", new ProviderSettings { Kind = "instant", Channels = ["sms"] });
        var configuration = new Configuration(1, [tenant], [provider], [new RouteSettings { Channel = "sms", Providers = ["p"] }], []);
        await using var engine = new SiloEngine(journal, sealer, hash, [new InstantProviderFactory()], TimeProvider.System, new EngineOptions(), logs, 1);
        engine.Start();
        engine.Apply(configuration);
        foreach (TakenShard taken in await journal.TakeAsync([.. Enumerable.Range(0, 64)], TestContext.Current.CancellationToken))
        {
            engine.Own(taken);
        }

        var listener = new CountingListener(Messages);
        for (int i = 0; i < Messages; i++)
        {
            byte[] to = Encoding.UTF8.GetBytes($"+39333{i:D7}");
            var request = new AcceptRequest
            {
                Listener = listener, Tenant = tenant, Contact = hash.Contact(1, Channel.Sms, to), Channel = Channel.Sms, Purpose = Purpose.Service,
                Priority = Priority.Normal, Segments = segments, Prefix = DestinationPrefix.Of(to).Packed,
            };
            request.RecordLength = MessageRecord.Write(Channel.Sms, ContentType.Text, to, "hello"u8, default, default, request.Record);
            while (engine.TryAccept(request) != Intake.Queued)
            {
                await engine.WaitForRoomAsync(request.Contact.Shard, TestContext.Current.CancellationToken);
            }
        }

        await listener.All.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(listener.Requests, static r => Assert.Equal(AcceptOutcome.Accepted, r.Outcome));

        var events = new StructList<LogEvent>(16);
        LogPosition at = default;
        int delivered = 0;
        while (delivered < Messages)
        {
            Task more = journal.Events.WaitAsync(at, TestContext.Current.CancellationToken);
            if (await Task.WhenAny(more, Task.Delay(patience, TestContext.Current.CancellationToken)) != more)
            {
                var stuck = new List<string>();
                foreach (AcceptRequest request in listener.Requests)
                {
                    StoredMessage? m = await journal.FindMessageAsync(1, request.Id, TestContext.Current.CancellationToken);
                    if (m!.Events[^1].Status != MessageStatus.Delivered)
                    {
                        stuck.Add(string.Join(' ', m.Events.Select(static e => e.Status)) + " live " + await engine.PeekAsync(1, request.Id, TestContext.Current.CancellationToken));
                    }
                }

                Assert.Fail($"{string.Join('\n', stuck.Take(5))} {engine.Receipts.UnmatchedCount} unmatched; {delivered} of {Messages} delivered; {string.Join('\n', logs.Lines)}");
            }

            events.Clear();
            at = journal.Events.Read(1, at, events, 1_000);
            foreach (ref LogEvent e in events.Span)
            {
                delivered += e.Entry.Status == MessageStatus.Delivered ? 1 : 0;
            }
        }

        foreach (AcceptRequest request in listener.Requests.Take(50))
        {
            StoredMessage? stored = await journal.FindMessageAsync(1, request.Id, TestContext.Current.CancellationToken);
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered], stored!.Events.Select(static e => e.Status).Where(static s => s != MessageStatus.Queued));
            Assert.Equal("+39000", Encoding.UTF8.GetString(MessageRecord.Read(stored.Record).From));
        }

        await engine.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Empty(engine.States());
    }

    private sealed class CountingListener(int count) : IAcceptListener
    {
        private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<AcceptRequest> Requests { get; } = [];

        public Task All => all.Task;

        public void Completed(AcceptRequest request)
        {
            lock (Requests)
            {
                Requests.Add(request);
                if (Requests.Count == count)
                {
                    all.SetResult();
                }
            }
        }
    }
}
