using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Conversations;
using Router.Testing;

namespace Router.Grains.Tests;

/// <summary>Conversations as grains: beside their shard, what they keep sealed, woken by what comes in and not by what goes out.</summary>
public sealed class ConversationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_lives_beside_its_shard_whoever_asks_and_follows_it_when_it_moves()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains());
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        await cluster.SpreadShardsAsync();
        var talks = new List<ConversationId>();
        for (int shard = 0; shard < 12; shard++)
        {
            talks.Add(await PostAsync(cluster, tenant, shard));
            await Of(cluster, (shard / 2) % 2).ChangeAsync(tenant.Number, talks[shard], ConversationChange.Close, Stop); // from either silo
        }

        foreach (ConversationId talk in talks)
        {
            Assert.Equal(cluster.Silos[talk.Shard % 2].SiloAddress, await cluster.WhereAsync(tenant.Number, talk));
        }

        await cluster.KillAsync(1);
        await cluster.WaitForAsync(() => Enumerable.Range(0, MessageId.ShardCount).All(cluster.Engine(0).Owns));
        foreach (ConversationId talk in talks)
        {
            StoredConversation? open = null;
            while (open is null)
            {
                open = await Of(cluster, 0).ChangeAsync(tenant.Number, talk, ConversationChange.Reopen, Stop); // 503 until the shard has its owner again
            }

            Assert.Equal(ConversationState.Open, open.Value.Facts.State);
            Assert.Equal(cluster.Silos[0].SiloAddress, await cluster.WhereAsync(tenant.Number, talk));
        }
    }

    [Fact]
    public async Task Facts_and_notes_are_there_after_all_silos_are_new_and_no_text_or_address_lies_open()
    {
        StoredGrains stored = new();
        MemoryStore store = new();
        ConversationId talk;
        await using (RouterCluster cluster = await RouterCluster.StartAsync(stored, store: store))
        {
            Tenant tenant = await cluster.ConfigureAsync(Stop);
            talk = await PostAsync(cluster, tenant, 3);
            Assert.Equal("ada", (await Of(cluster, 0).ChangeAsync(1, talk, ConversationChange.Assign(7, "ada"), Stop))!.Value.Facts.Assignee);
            Assert.Equal(NoteOutcome.Kept, await Of(cluster, 0).AddNoteAsync(1, talk, "calls himself Caesar", "Bob", Stop));
            Assert.Equal(NoteOutcome.Kept, await Of(cluster, 1).AddNoteAsync(1, talk, "and means it", "Bob", Stop));
        }

        Assert.DoesNotContain("Caesar", stored.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("39333", stored.Text, StringComparison.Ordinal);
        await using (RouterCluster cluster = await RouterCluster.StartAsync(stored, 1, store: store))
        {
            ConversationView view = await Of(cluster, 0).LookAsync(1, talk, counts: true, "Ann", Stop);
            Assert.Equal("ada", view.Stored.Facts.Assignee);
            Assert.Equal([("calls himself Caesar", "Bob"), ("and means it", "Bob")], view.Notes.Select(static n => (n.Text, n.By)));
            Assert.False(view.Erased);
        }
    }

    [Fact]
    public async Task Notes_die_with_the_contacts_key_in_a_grain_that_is_awake_too()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        ConversationId talk = await PostAsync(cluster, await cluster.ConfigureAsync(Stop), 3);
        await Of(cluster, 0).AddNoteAsync(1, talk, "a note", "Bob", Stop);
        Assert.Single((await Of(cluster, 0).LookAsync(1, talk, counts: false, "Ann", Stop)).Notes);

        cluster.Sealer.Destroy(cluster.Store.Snapshot()[0].Accepted.KeySlot);

        ConversationView view = await Of(cluster, 0).LookAsync(1, talk, counts: false, "Ann", Stop);
        Assert.True(view.Erased);
        Assert.Empty(view.Notes);
        Assert.Equal(NoteOutcome.Erased, await Of(cluster, 0).AddNoteAsync(1, talk, "another", "Bob", Stop));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task A_note_whose_fate_is_unknown_says_try_again_and_what_is_stored_counts(bool stores, int expected)
    {
        StoredGrains stored = new();
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1);
        ConversationId talk = await PostAsync(cluster, await cluster.ConfigureAsync(Stop), 3);
        stored.FailAfterStoring = stores;
        stored.FailNextWrite();

        Assert.Equal(NoteOutcome.Unavailable, await Of(cluster, 0).AddNoteAsync(1, talk, "a note", "Bob", Stop));
        Assert.Equal(NoteOutcome.Kept, await Of(cluster, 0).AddNoteAsync(1, talk, "a note", "Bob", Stop));

        Assert.Equal(expected, (await Of(cluster, 0).LookAsync(1, talk, counts: false, "Ann", Stop)).Notes.Count);
    }

    [Fact]
    public async Task What_came_in_wakes_the_conversation_beside_its_shard_and_is_unread_until_someone_looks()
    {
        MemoryStore store = new();
        ConversationId talk = new(RouterCluster.ContactOf(RouterCluster.NumberIn(5, 0)), 7);
        await ReceiveAsync(store, talk, 3);
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), store: store);

        await cluster.WaitForAsync(() => store.Conversations().All(static c => !c.Facts.IsUnheard));

        int owner = cluster.Engine(0).Owns(5) ? 0 : 1;
        Assert.Equal(cluster.Silos[owner].SiloAddress, await cluster.WhereAsync(1, talk));
        Assert.Equal(3u, (await Of(cluster, 0).LookAsync(1, talk, counts: false, "Ann", Stop)).Unread);
        Assert.Equal(3u, (await Of(cluster, 1).LookAsync(1, talk, counts: true, "Ann", Stop)).Unread);
        ConversationView read = await Of(cluster, 0).LookAsync(1, talk, counts: true, "Ann", Stop);
        Assert.Equal(0u, read.Unread);
        Assert.Equal("Ann", read.ReadBy);
        Assert.NotEqual(0, read.ReadAtMs);
    }

    [Fact]
    public async Task Who_read_it_is_not_told_without_the_contacts_key_and_a_name_kept_in_clear_is_shown_until_the_next_look()
    {
        StoredGrains stored = new();
        MemoryStore store = new();
        ConversationId talk = new(RouterCluster.ContactOf(RouterCluster.NumberIn(5, 0)), 7);
        await ReceiveAsync(store, talk, 3);
        GrainId grain = GrainId.Create("conversation", $"00000001{talk.ToString().Replace("-", "", StringComparison.Ordinal)}");
        await stored.WriteStateAsync("conversation", grain, new GrainState<ConversationMemory>(new ConversationMemory { Seen = 1, SeenAtMs = 5, SeenBy = "Anna Rossi" }));
        await using RouterCluster cluster = await RouterCluster.StartAsync(stored, 1, store: store);

        ConversationView before = await Of(cluster, 0).LookAsync(1, talk, counts: true, "Bob Verdi", Stop);
        ConversationView after = await Of(cluster, 0).LookAsync(1, talk, counts: false, null, Stop);

        Assert.Equal((2u, "Anna Rossi"), (before.Unread, before.ReadBy));
        Assert.Equal((0u, "Bob Verdi"), (after.Unread, after.ReadBy));
        Assert.DoesNotContain("Rossi", stored.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Verdi", stored.Text, StringComparison.Ordinal);
        cluster.Sealer.Destroy(1);
        Assert.Null((await Of(cluster, 0).LookAsync(1, talk, counts: false, null, Stop)).ReadBy);
    }

    [Fact]
    public async Task What_goes_out_wakes_no_conversation()
    {
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1);
        Tenant tenant = await cluster.ConfigureAsync(Stop);
        for (int shard = 0; shard < MessageId.ShardCount; shard++)
        {
            await PostAsync(cluster, tenant, shard);
        }

        await cluster.WaitForAsync(() => cluster.Store.Snapshot().All(static m => m.Status == MessageStatus.Delivered));

        DetailedGrainStatistic[] awake = await cluster.Of<IGrainFactory>(0).GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        Assert.Contains(awake, static g => g.GrainType.Contains("Shard", StringComparison.Ordinal));
        Assert.DoesNotContain(awake, static g => g.GrainType.Contains("Conversation", StringComparison.Ordinal));
        Assert.Empty(cluster.Store.Conversations());
    }

    [Fact]
    public async Task A_conversation_whose_shard_has_no_owner_can_be_looked_at_but_not_changed()
    {
        MemoryStore store = new();
        ConversationId talk = new(RouterCluster.ContactOf(RouterCluster.NumberIn(5, 0)), 7);
        await ReceiveAsync(store, talk, 1);
        await using RouterCluster cluster = await RouterCluster.StartAsync(new StoredGrains(), 1, store: store);
        cluster.Journal(0).TakingFails = true;
        await cluster.EndOwnerAsync(0, 6);
        await cluster.WaitForAsync(() => cluster.Administration(0).NotReadyBecause is not null);
        ConversationId other = new(RouterCluster.ContactOf(RouterCluster.NumberIn(6, 0)), 7);

        Assert.False((await Of(cluster, 0).LookAsync(1, other, counts: false, "Ann", Stop)).Stored.Found);
        Assert.Null(await Of(cluster, 0).ChangeAsync(1, other, ConversationChange.Close, Stop));
        Assert.Equal(ConversationState.Closed, (await Of(cluster, 0).ChangeAsync(1, talk, ConversationChange.Close, Stop))!.Value.Facts.State); // the others go on
    }

    private static IConversations Of(RouterCluster cluster, int silo) => cluster.Of<IConversations>(silo);

    private static async Task<ConversationId> PostAsync(RouterCluster cluster, Tenant tenant, int shard)
    {
        Posted post = await Posted.PostAsync(cluster.Shards(0), tenant, RouterCluster.NumberIn(shard, 0), Stop);
        Assert.Equal(AcceptOutcome.Accepted, await post.Outcome);
        return post.Request.Conversation;
    }

    // As a shard's owner kept it, before there was any silo.
    internal static async Task ReceiveAsync(MemoryStore store, ConversationId talk, int messages)
    {
        var journal = new MemoryJournal(new PlainSealer(), store);
        TakenShard taken = (await journal.TakeAsync([talk.Shard], Stop))[0];
        var client = new JournalClient();
        var part = new JournalPart(talk.Shard, client) { Epoch = taken.Epoch };
        ConversationFacts facts = default;
        for (int i = 0; i < messages; i++)
        {
            facts = facts.AfterInbound(Some.Id(talk.Shard, i).Head, out _);
        }

        part.Entries.Add(Some.Flags(talk.Contact, default, keySlot: 1)); // the contact's key, as its message brought it
        part.Conversations.Add(new StoredConversation { Tenant = 1, Id = talk, Found = true, KeySlot = 1, Facts = facts });
        Assert.Equal(PartOutcome.Kept, await client.AppendAsync(journal, part));
    }
}
