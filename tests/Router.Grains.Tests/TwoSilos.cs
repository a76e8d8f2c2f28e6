using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;

namespace Router.Grains.Tests;

/// <summary>Two silos over one store are one Router.</summary>
public sealed class TwoSilos
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_posted_at_either_are_delivered_and_after_a_death_nothing_accepted_is_lost()
    {
        const int Messages = 600;
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();

        // What silo 1 hands to the carrier stays without an answer: it is in flight when the silo dies.
        cluster.Carrier.SilentTo = cluster.Silos[1].Name;
        List<Posted> posts = [];
        for (int i = 0; i < Messages; i++)
        {
            posts.Add(await Posted.PostAsync(cluster.Shards(i % 2), tenant, $"+39333{i:D7}", Stop));
        }

        await cluster.WaitForAsync(() => posts.Count(static p => p.Accepted) > Messages / 2);
        for (int i = 0; i < Messages; i++)
        {
            posts.Add(await Posted.PostAsync(cluster.Shards(i % 2), tenant, $"+39444{i:D7}", Stop));
        }

        cluster.Journal(1).Inner.Crash();
        await cluster.KillAsync(1);

        Assert.Contains(posts, static p => p.Accepted && p.Request.Contact.Shard % 2 == 1);
        await cluster.WaitForAsync(() => Enumerable.Range(0, MessageId.ShardCount).All(cluster.Engine(0).Owns));
        HashSet<MessageId> accepted = [.. posts.Where(static p => p.Accepted).Select(static p => p.Request.Id)];
        await cluster.WaitForAsync(() => cluster.Store.Snapshot().All(static m => m.Status == MessageStatus.Delivered));

        Assert.Empty(accepted.Except(cluster.Store.Snapshot().Select(static m => m.Accepted.Id)));
        Assert.Empty(accepted.Except(cluster.Carrier.Taken.Keys));
        Posted[] answered = [.. posts.Where(static p => p.Accepted)]; // more than before: some answers were still on their way
        Assert.Equal(answered.Length, answered.Select(static p => p.Request.Id).Distinct().Count());
    }

    [Fact]
    public async Task Flags_cancels_and_looks_reach_a_shard_on_the_other_silo()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        IShards from = cluster.Shards(0);
        string number = RouterCluster.NumberIn(1, 0);
        ContactId contact = RouterCluster.ContactOf(number);

        Posted early = await Posted.PostAsync(from, tenant, number, Stop, notBeforeMs: TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
        Assert.Equal(AcceptOutcome.Accepted, await early.Outcome);
        Assert.Equal(1, early.Request.Id.Shard);
        Assert.Equal(contact, early.Request.Conversation.Contact);
        Assert.True((await from.PeekAsync(tenant.Number, early.Request.Id, Stop)).Found);
        Assert.True(await from.WatchAsync(tenant.Number, early.Request.Id, TimeSpan.FromSeconds(30), Stop)); // it is scheduled: decided
        Assert.Equal(CancelOutcome.Cancelled, await from.CancelAsync(tenant.Number, early.Request.Id, Stop));
        Assert.Equal(CancelOutcome.NotFound, await from.CancelAsync(tenant.Number + 1, early.Request.Id, Stop));
        Assert.False((await from.PeekAsync(tenant.Number, early.Request.Id, Stop)).Found);

        ContactFlags? flags = await from.SetFlagsAsync(tenant.Number, contact, FlagsChange.Of(static f => f.WithBlocked(true)), Stop);
        Assert.True(flags!.Value.Blocked);
        Assert.True((await cluster.Journal(0).FindFlagsAsync(contact, Stop)).Blocked);
    }

    [Fact]
    public async Task The_other_silo_is_told_that_a_message_is_media()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        Posted media = Posted.Make(tenant, RouterCluster.NumberIn(1, 0));
        media.Request.IsMedia = true;
        Assert.Equal(Intake.Queued, cluster.Shards(0).TryAccept(media.Request));
        Assert.Equal(AcceptOutcome.Accepted, await media.Outcome.WaitAsync(Stop));

        await cluster.WaitForAsync(() => cluster.Store.Snapshot().Single().Status == MessageStatus.Rejected); // an SMS carries none
    }

    [Fact]
    public async Task The_other_silo_keeps_the_trace_of_a_message()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        Posted traced = Posted.Make(tenant, RouterCluster.NumberIn(1, 0));
        traced.Request.Trace = new TraceContext(1, 2, 3);
        Assert.Equal(Intake.Queued, cluster.Shards(0).TryAccept(traced.Request));
        Assert.Equal(AcceptOutcome.Accepted, await traced.Outcome.WaitAsync(Stop));

        Assert.Equal(new TraceContext(1, 2, 3), cluster.Store.Snapshot().Single().Accepted.Trace);
    }

    [Fact]
    public async Task A_receipt_that_comes_in_at_one_silo_reaches_the_message_of_the_other()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        cluster.Carrier.ReceiptsTo = cluster.Silos[0].Name;

        Posted post = await Posted.PostAsync(cluster.Shards(1), tenant, RouterCluster.NumberIn(1, 0), Stop);
        Assert.Equal(AcceptOutcome.Accepted, await post.Outcome);

        await cluster.WaitForAsync(() => cluster.Store.Snapshot().Single().Status == MessageStatus.Delivered);
    }

    [Fact]
    public async Task A_message_from_an_end_user_that_comes_in_at_one_silo_is_kept_by_the_owner_on_the_other()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        string number = RouterCluster.NumberIn(1, 0);
        Assert.False(cluster.Engine(0).Owns(1));
        Assert.True(await SayAsync(cluster.Engine(0), number, "+39000", "stop "));
        AcceptedMessage kept = Assert.Single(cluster.Store.Snapshot(), static m => m.Accepted.Direction == MessageDirection.Inbound).Accepted;
        Assert.Equal((RouterCluster.ContactOf(number), 1), (kept.Contact, kept.Id.Shard));
        Assert.Equal(ConsentState.Withdrawn, (await cluster.Journal(0).FindFlagsAsync(kept.Contact, Stop)).For(Purpose.Marketing));

        // Parts told at either are joined.
        Assert.True(await SayAsync(cluster.Engine(0), number, "+39000", "ci", 2, 1));
        Assert.True(await SayAsync(cluster.Engine(1), number, "+39000", "ao", 2, 2));
        await cluster.WaitForAsync(() => cluster.Store.Snapshot().Any(static m => m.Accepted is { Direction: MessageDirection.Inbound, Segments: 2 }));

        // A dead letter, wherever it lies, finds its tenant's shard, wherever that is.
        for (int i = 0; i < 4; i++)
        {
            Assert.True(await SayAsync(cluster.Engine(i % 2), RouterCluster.NumberIn(i, 5), "+39001", "hello"));
        }

        await cluster.Administration(0).PutTenantAsync(tenant.Name, new TenantSettings { Name = "Acme", Senders = ["+39000", "+39001"] }, Stop);
        MessagePage letters = await cluster.Journal(0).ListMessagesAsync(new MessageQuery { Tenant = 0, Status = MessageStatus.Undelivered }, Stop);
        Assert.Equal(4, letters.Items.Count);
        foreach (StoredMessage letter in letters.Items)
        {
            Assert.True(await cluster.Of<Engine.Inbound.IDeadLetters>(0).ReplayAsync(letter));
        }

        Assert.Empty((await cluster.Journal(0).ListMessagesAsync(new MessageQuery { Tenant = 0, Status = MessageStatus.Undelivered }, Stop)).Items);
        Assert.Equal(4, cluster.Store.Snapshot().Count(m => m.Accepted is { Direction: MessageDirection.Inbound, Tenant: 1 } && m.Accepted.Sender == Sender.TagOf("+39001"u8)));
    }

    private static Task<bool> SayAsync(SiloEngine engine, string from, string to, string text, byte parts = 1, byte part = 0)
    {
        var told = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Receive(
            new InboundMessage
            {
                Provider = 1, Channel = Channel.Sms, From = System.Text.Encoding.UTF8.GetBytes(from), To = System.Text.Encoding.UTF8.GetBytes(to), Text = System.Text.Encoding.UTF8.GetBytes(text),
                Parts = parts, Part = part, Reference = 3,
            },
            static (state, _, kept) => ((TaskCompletionSource<bool>)state!).TrySetResult(kept), told, 0);
        return told.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
    }

    [Fact]
    public async Task A_full_queue_towards_the_other_silo_says_so_and_tells_when_there_is_room()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(
            new StoredGrains(), 2, new RouterSiloOptions { TouchInterval = TimeSpan.FromMilliseconds(100), RemoteQueue = 2 });
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        cluster.Journal(1).Inner.CommitGate.Close();

        // One call is under way with at least one message, two more wait in the queue: of four, one is refused at the latest.
        List<Intake> intakes = [];
        List<Posted> posts = [];
        for (int i = 0; i < 5; i++)
        {
            Posted post = Posted.Make(tenant, RouterCluster.NumberIn(1, i));
            intakes.Add(cluster.Shards(0).TryAccept(post.Request));
            posts.Add(post);
        }

        Assert.Contains(Intake.Full, intakes);
        cluster.Journal(1).Inner.CommitGate.Open();
        await cluster.Shards(0).WaitForRoomAsync(1, Stop);
        for (int i = 0; i < posts.Count; i++)
        {
            if (intakes[i] == Intake.Queued)
            {
                Assert.Equal(AcceptOutcome.Accepted, await posts[i].Outcome.WaitAsync(Stop));
            }
        }
    }
}
