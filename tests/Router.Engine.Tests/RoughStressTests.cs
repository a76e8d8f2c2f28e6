using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests;

/// <summary>The real thread pool and real time: many messages, everything that can go wrong at a provider.</summary>
public sealed class RoughStressTests
{
    [Fact]
    public async Task Every_message_ends_and_every_count_comes_back_to_zero()
    {
        const int Messages = 100_000;
        CancellationToken stop = TestContext.Current.CancellationToken;
        var sealer = new PlainSealer();
        var hash = new PlainKeyedHash();
        using var logs = new CollectingLogs();
        var journal = new MemoryJournal(sealer, null, new MemoryJournalOptions { Exclusive = true });
        var factory = new ScriptedProviderFactory(static p =>
        {
            p.Window = 30_000;
            p.Retry = new RetryRule(10, 50, 200);
            p.Policy = ScriptedPolicy.Rough with { WriteDelayMs = 20, OutcomeDelayMs = 40, ReceiptDelayMs = 100, ReceiptAgainMs = 50, Throttled = 0.0002 };
        });
        await using var engine = new SiloEngine(journal, sealer, hash, [factory], TimeProvider.System, new EngineOptions(), logs, 1);
        engine.Start();
        Tenant tenant = EngineHarness.Acme;
        engine.Apply(new Configuration(
            1, [tenant], [EngineHarness.Account(1, "a"), EngineHarness.Account(2, "b")], [new RouteSettings { Channel = "sms", Providers = ["a", "b"] }], []));
        foreach (TakenShard taken in await journal.TakeAsync([.. Enumerable.Range(0, 64)], stop))
        {
            engine.Own(taken);
        }

        var answers = new Answers(Messages);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() => PostAsync(engine, hash, tenant, answers, thread, Messages / 4, stop), stop)));
        await answers.All.WaitAsync(TimeSpan.FromSeconds(120), stop);
        Assert.Equal(Messages, answers.Accepted);

        LogPosition at = default;
        var events = new StructList<LogEvent>(1_024);
        int ended = 0;
        while (ended < Messages)
        {
            await journal.Events.WaitAsync(at, stop).WaitAsync(TimeSpan.FromSeconds(60), stop);
            events.Clear();
            at = journal.Events.Read(1, at, events, 10_000);
            foreach (ref LogEvent e in events.Span)
            {
                ended += e.Entry.Status is MessageStatus.Sent || (e.Entry.Status == MessageStatus.Undelivered && e.Entry.Reason is Reason.ProviderRefused or Reason.ProviderFailed or Reason.OutcomeUnknown) ? 1 : 0;
            }
        }

        await engine.DrainAsync(stop);
        Assert.Equal(0, engine.Waiting.Of(1));
        Assert.Empty(engine.States());
        Assert.DoesNotContain(logs.Lines, static l => !l.Contains("is down", StringComparison.Ordinal)); // the provider goes at the end
        Assert.All(journal.Store.Snapshot(), static m => Assert.True(m.Status >= MessageStatus.Sent));
    }

    private static async Task PostAsync(SiloEngine engine, PlainKeyedHash hash, Tenant tenant, Answers answers, int thread, int count, CancellationToken stop)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] to = Encoding.UTF8.GetBytes($"+39{thread}{i % 5_000:D8}");
            var request = new AcceptRequest
            {
                Listener = answers, Tenant = tenant, Contact = hash.Contact(1, Channel.Sms, to), Channel = Channel.Sms, Purpose = (Purpose)(i % 3), Priority = Priority.Normal, Segments = 1,
                ValiditySeconds = 3_600, Record = new byte[128],
            };
            request.RecordLength = MessageRecord.Write(Channel.Sms, ContentType.Text, to, "hello"u8, default, default, request.Record);
            while (engine.TryAccept(request) != Intake.Queued)
            {
                await engine.WaitForRoomAsync(request.Contact.Shard, stop);
            }
        }
    }

    private sealed class Answers(int count) : IAcceptListener
    {
        private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int told;
        private int accepted;

        public Task All => all.Task;

        public int Accepted => accepted;

        public void Completed(AcceptRequest request)
        {
            if (request.Outcome == AcceptOutcome.Accepted)
            {
                Interlocked.Increment(ref accepted);
            }

            if (Interlocked.Increment(ref told) == count)
            {
                all.SetResult();
            }
        }
    }
}
