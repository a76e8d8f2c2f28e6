using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    private const int WorkloadMessages = 5_000;
    private static readonly int[] WorkloadShards = [0, 1, 17, 40, 63];

    // Tests call the journal from many shards at once, with crashes between; the plan itself depends on the seed alone.
    [Theory]
    [InlineData(1)]
    [InlineData(20261)]
    public async Task A_long_random_run_with_crashes_ends_as_a_plain_model_says(int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new JournalModel();
        var texts = new Dictionary<MessageId, string>();
        var open = WorkloadShards.ToDictionary(static s => s, static _ => new List<MessageId>());
        ulong receiptKey = 0;
        ShardWriter[] writers = await TakeAllAsync(WorkloadShards);
        int accepted = 0;
        while (accepted < WorkloadMessages)
        {
            foreach (ShardWriter writer in writers)
            {
                int count = random.Next(0, 40);
                for (int i = 0; i < count; i++)
                {
                    AcceptedMessage message = await AcceptSomeAsync(writer, random);
                    texts[message.Id] = $"text {message.Id.Head}";
                    accepted++;
                }

                await AddSomeEntriesAsync(writer, random, model, open[writer.Shard], () => ++receiptKey);
            }

            JournalPart[] parts = await Task.WhenAll(writers.Select(static w => w.KeepAsync()));
            foreach (JournalPart part in parts)
            {
                model.Keep(part, texts);
                open[part.Shard].AddRange(part.Accepted.Span.ToArray().Where(static m => m.Kept == KeptAs.New).Select(static m => m.Id));
            }

            if (random.Next(20) == 0)
            {
                await ReopenJournalAsync();
                writers = await TakeAllAsync(WorkloadShards);
                AssertTaken(model, writers);
            }
        }

        await AssertEverythingAsync(model);
        await ReopenJournalAsync();
        AssertTaken(model, await TakeAllAsync(WorkloadShards));
        await AssertEverythingAsync(model);
    }

    private static Task<AcceptedMessage> AcceptSomeAsync(ShardWriter writer, Random random)
    {
        int number = random.Next(25);
        ulong key = ((ulong)(uint)writer.Shard << 32) | (uint)random.Next(300);
        bool withKey = random.Next(4) == 0;
        byte segments = random.Next(3) == 0 ? (byte)random.Next(2, 12) : (byte)1;
        uint sender = 70 + (uint)random.Next(2);
        ulong body = random.Next(8) == 0 ? 2u : 1u;
        var purpose = (Purpose)random.Next(4);
        bool reference = random.Next(2) == 0;
        MessageId fallback = random.Next(4) == 0 ? Some.Id(11, random.Next(1_000)) : default;
        bool dormant = random.Next(8) == 0;
        uint region = random.Next(4) == 0 ? (uint)random.Next() + 1 : 0;
        return writer.AcceptAsync(Some.Contact(writer.Shard, number), null, 1 + (number % 3), m =>
        {
            m.Segments = segments;
            m.Sender = sender;
            m.Purpose = purpose;
            m.HasReference = reference;
            m.Region = region;
            m.Fallback = fallback;
            m.IsDormant = dormant;
            return withKey ? m.WithKey(key, body) : m;
        });
    }

    private static async Task AddSomeEntriesAsync(ShardWriter writer, Random random, JournalModel model, List<MessageId> open, Func<ulong> nextKey)
    {
        for (int i = random.Next(0, 60); i > 0 && open.Count > 0; i--)
        {
            int at = random.Next(open.Count);
            AcceptedMessage message = model.Messages[open[at]].Accepted;
            switch (random.Next(7))
            {
                case 6 when message.Fallback != default || message.IsDormant:
                    writer.Add(Some.FallbackDone(message));
                    continue;
                case 0:
                    writer.Add(Some.Status(message, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: (byte)random.Next(1, 9)));
                    continue;
                case 1 when message.Segments > 1:
                    writer.Add(Some.SegmentSent(message, (byte)random.Next(message.Segments), provider: 2, receiptKey: nextKey()));
                    continue;
                case 2 when message.Segments > 1 && model.Messages[message.Id].Sent.Count > 0:
                    writer.Add(Some.SegmentReceipt(message, model.Messages[message.Id].Sent.Min));
                    continue;
                case 3:
                    writer.Add(Some.Status(message, MessageStatus.Sent, provider: 1, receiptKey: nextKey()));
                    writer.Add(Some.Status(message, MessageStatus.Delivered, provider: 1));
                    break;
                case 4:
                    writer.Add(Some.Status(message, MessageStatus.Sent, provider: 1, receiptKey: nextKey()));
                    break;
                default:
                    writer.Add(Some.Status(message, random.Next(2) == 0 ? MessageStatus.Cancelled : MessageStatus.Rejected, Reason.NoRoute));
                    break;
            }

            open.RemoveAt(at);
        }

        int number = random.Next(30);
        if (random.Next(3) == 0)
        {
            await writer.SetFlagsAsync(Some.Contact(writer.Shard, number), new ContactFlags((uint)random.Next(1 << 18)), 1 + (number % 3));
        }

        if (random.Next(3) == 0)
        {
            writer.Add(Some.Unmatched((1UL << 40) | nextKey(), MessageStatus.Undelivered, Reason.Undeliverable, random.Next(9)));
        }

        foreach (KeyValuePair<ulong, (int Shard, UnmatchedReceipt Receipt)> unmatched in model.Unmatched)
        {
            if (unmatched.Value.Shard == writer.Shard && random.Next(4) == 0)
            {
                writer.Add(Some.ReceiptDone(unmatched.Key));
            }
        }
    }

    private static void AssertTaken(JournalModel model, ShardWriter[] writers)
    {
        foreach (TakenShard taken in writers.Select(static w => w.Taken))
        {
            JournalModel.Message[] own = [.. model.Messages.Values.Where(m => m.Accepted.Id.Shard == taken.Shard).OrderBy(static m => m.Accepted.Id)];
            JournalModel.Message[] unfinished = [.. own.Where(static m => m.IsUnfinished)];
            Assert.Equal(unfinished.Select(static m => MessageFacts.Of(m.Accepted)), Facts(taken));
            Assert.Equal(unfinished.Select(static m => (m.Status, m.Status >= MessageStatus.Sent ? 0 : m.Attempts)), taken.Unfinished.Select(static u => (u.Status, u.HasEnded ? 0 : u.Attempts)));
            Assert.Equal(unfinished.Select(static m => m.FallbackDone), taken.Unfinished.Select(static u => u.FallbackDone));
            Assert.Equal(unfinished.Select(static m => m.BitsOf(m.Sent)), taken.Unfinished.Select(static u => u.SegmentsSent));
            Assert.True(own.Length == 0 || taken.LastIdMs >= own[^1].Accepted.Id.UnixMs);

            HashSet<ulong> awaited = [.. taken.Awaited.Select(static a => a.ReceiptKey)];
            Assert.Equal(taken.Awaited.Count, awaited.Count);
            HashSet<ulong> expected = [.. model.Awaited.Where(a => a.Value.Message.Shard == taken.Shard && model.Messages[a.Value.Message] is { } m
                && m.Status <= MessageStatus.Sent && !m.Delivered.Contains(a.Value.Segment)).Select(static a => a.Key)];
            Assert.Superset(expected, awaited);

            Assert.Equal(
                model.Unmatched.Values.Where(u => u.Shard == taken.Shard).Select(static u => u.Receipt).OrderBy(static r => r.ReceiptKey),
                taken.Unmatched.OrderBy(static r => r.ReceiptKey));
        }
    }

    private async Task AssertEverythingAsync(JournalModel model)
    {
        IJournal open = await OpenAsync();
        foreach (JournalModel.Message message in model.Messages.Values)
        {
            StoredMessage found = await FindAsync(message.Accepted);
            Assert.Equal(MessageFacts.Of(message.Accepted), MessageFacts.Of(found.Accepted));
            Assert.Equal(Some.Record(message.Text), found.Record);
            Assert.Equal(message.Events, found.Events);
        }

        foreach ((ulong key, (MessageId id, int provider, byte segment)) in model.Awaited)
        {
            JournalModel.Message message = model.Messages[id];
            if (message.Status == MessageStatus.Sent && !message.Delivered.Contains(segment))
            {
                AwaitedReceipt found = await FindAwaitedAsync(key);
                Assert.Equal((id, provider, segment, MessageStatus.Sent), (found.Message, found.Provider, found.Segment, found.Status));
                Assert.Equal(message.BitsOf(message.Delivered), found.SegmentsDelivered);
            }
        }

        ContactId[] contacts = [.. model.Contacts.Keys];
        Assert.Equal(contacts.Select(c => model.Contacts[c]), await client.ReadContactsAsync(open, contacts));

        for (int tenant = 1; tenant <= 3; tenant++)
        {
            MessageId[] own = [.. model.Messages.Values.Where(m => m.Accepted.Tenant == tenant).Select(static m => m.Accepted.Id).OrderByDescending(static i => i.Head)];
            Assert.Equal(own, (await ListAllAsync(new MessageQuery { Tenant = tenant, Limit = 200 })).Select(static m => m.Accepted.Id));
        }

        LogEvent[] events = await ReadEventsAsync();
        foreach (((int shard, int tenant), var expected) in model.Events)
        {
            Assert.Equal(expected, events
                .Where(e => e.Entry.Tenant == tenant && e.Entry.Contact.Shard == shard)
                .Select(static e => (e.Entry.Kind, e.Entry.Status, e.Entry.Message, e.Entry.Contact)));
        }

        Assert.Equal(model.Events.Values.Sum(static l => l.Count), events.Length);
    }
}
