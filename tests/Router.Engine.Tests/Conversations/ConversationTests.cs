using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Conversations;

/// <summary>Changes of conversations through a shard: kept in its order, told, answered once kept.</summary>
public sealed class ConversationTests
{
    private static readonly ConversationId Talk = new(EngineHarness.Contact(), new Core.Tenants.Sender("+39000").Tag);

    [Fact]
    public void Each_change_is_kept_told_and_answered()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();

        Assert.Equal((ConversationState.Open, "ada"), State(Change(h, ConversationChange.Assign(7, "ada"))));
        Assert.Equal((ConversationState.Closed, "ada"), State(Change(h, ConversationChange.Close)));
        Assert.Equal((ConversationState.Open, "ada"), State(Change(h, ConversationChange.Reopen)));
        Assert.Equal((ConversationState.Open, null), State(Change(h, ConversationChange.Unassign)));
        Assert.Equal((ConversationState.Open, null), State(Change(h, ConversationChange.Touch)));

        Assert.Equal([ConversationEvent.Assigned, ConversationEvent.Closed, ConversationEvent.Reopened, ConversationEvent.Assigned], Told(h));
        Assert.Equal(Talk, h.Journal.Store.Conversations().Single().Id);
        Assert.Equal(0, Shard(h).OpenConversations); // nothing of it stays in memory
    }

    [Fact]
    public void What_changes_nothing_is_answered_under_a_commit_and_told_to_nobody()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        StoredConversation closed = Change(h, ConversationChange.Close)!.Value;
        long commits = h.Journal.Store.Commits;

        Assert.Equal(closed.Facts, Change(h, ConversationChange.Close)!.Value.Facts);

        Assert.Equal(commits + 1, h.Journal.Store.Commits);
        Assert.Single(Told(h));
    }

    [Fact]
    public void Changes_in_one_part_see_each_other()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        Task<StoredConversation?>[] asked =
        [
            Ask(h, ConversationChange.Close), Ask(h, ConversationChange.Close), Ask(h, ConversationChange.Assign(7, "ada")), Ask(h, ConversationChange.Reopen),
        ];
        h.RunUntilIdle();

        Assert.Equal([(ConversationState.Closed, null), (ConversationState.Closed, null), (ConversationState.Closed, "ada"), (ConversationState.Open, "ada")],
            asked.Select(static a => State(a.Result)));
        Assert.Equal([ConversationEvent.Closed, ConversationEvent.Assigned, ConversationEvent.Reopened], Told(h));
    }

    [Fact]
    public void A_refused_commit_answers_try_again_and_changes_nothing()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        h.Journal.NextOutcome(PartOutcome.Refused);

        Assert.Null(Change(h, ConversationChange.Close));
        Assert.Empty(h.Journal.Store.Conversations());
        Assert.Equal(0, Shard(h).OpenConversations);

        h.Advance(300);
        Assert.Equal((ConversationState.Open, "ada"), State(Change(h, ConversationChange.Assign(7, "ada")))); // not closed
        Assert.Equal([ConversationEvent.Assigned], Told(h));
    }

    [Theory]
    [InlineData(PartOutcome.Unknown, true)]
    [InlineData(PartOutcome.Unknown, false)]
    [InlineData(PartOutcome.Fenced, false)]
    public void A_commit_of_unknown_fate_answers_try_again_and_the_next_epoch_reads_what_is_kept(PartOutcome outcome, bool stored)
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        h.Journal.NextOutcome(outcome, stored);

        Assert.Null(Change(h, ConversationChange.Close));
        Assert.Equal([5], h.Lost);
        h.Own(5);
        Assert.Equal(ConversationState.Closed, Change(h, ConversationChange.Close)!.Value.Facts.State);
        Assert.Single(Told(h)); // told by the one that was kept, not by both
    }

    [Fact]
    public void A_read_that_fails_answers_try_again()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        h.Journal.FailReads(1);

        Assert.Null(Change(h, ConversationChange.Close));
        h.Advance(300);
        Assert.NotNull(Change(h, ConversationChange.Close));
    }

    [Fact]
    public void An_owner_that_ends_answers_all_who_wait()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post();
        Task<StoredConversation?> first = Ask(h, ConversationChange.Close);
        h.Run(); // with the journal
        Task<StoredConversation?> second = Ask(h, ConversationChange.Reopen);
        h.Journal.NextOutcome(PartOutcome.Fenced);
        h.RunUntilIdle();

        Assert.Null(first.Result);
        Assert.Null(second.Result);
        Assert.False(h.Engine.Post(5, new UrgentCommand { Kind = CommandKind.Conversation, Target = new ConversationTask(1, Talk, ConversationChange.Close) }));
    }

    [Fact]
    public void A_contact_without_a_key_is_closed_but_gets_no_name_and_no_note()
    {
        using EngineHarness h = new EngineHarness().Simple(); // no message: no slot, as after an erasure

        Assert.Equal(0u, Change(h, ConversationChange.Assign(7, "ada"))!.Value.KeySlot);
        Assert.Equal(0u, Change(h, ConversationChange.Touch)!.Value.KeySlot);
        Assert.Empty(h.Journal.Store.Conversations());
        Assert.Equal((ConversationState.Closed, null), State(Change(h, ConversationChange.Close)));
        Assert.Equal(0u, h.Sealer.SlotCount);
    }

    [Fact]
    public void Bulk_makes_no_conversation()
    {
        using EngineHarness h = new EngineHarness().Simple();
        for (int i = 0; i < 100; i++)
        {
            h.Queue(i);
        }

        h.RunUntilIdle();

        Assert.Empty(h.Journal.Store.Conversations());
        Assert.Equal(0, Shard(h).OpenConversations);
    }

    internal static Task<StoredConversation?> Ask(EngineHarness h, ConversationChange change, ConversationId? id = null)
    {
        var task = new ConversationTask(1, id ?? Talk, change); // as the engine asks; the task itself, because it is answered on this thread
        Assert.True(h.Engine.Post(task.Id.Shard, new UrgentCommand { Kind = CommandKind.Conversation, Target = task }));
        return task.Answer.Task;
    }

    private static StoredConversation? Change(EngineHarness h, ConversationChange change)
    {
        Task<StoredConversation?> asked = Ask(h, change);
        h.RunUntilIdle();
        Assert.True(asked.IsCompletedSuccessfully);
        return asked.Result;
    }

    private static (ConversationState, string?) State(StoredConversation? answer) => (answer!.Value.Facts.State, answer.Value.Facts.Assignee);

    /// <summary>What was told of conversations of tenant 1.</summary>
    internal static JournalEntry[] Events(EngineHarness h) => [.. h.Journal.Events.ReadAll(1).Select(static e => e.Entry).Where(static e => e.Kind == EntryKind.Conversation)];

    private static ConversationEvent[] Told(EngineHarness h)
    {
        JournalEntry[] told = Events(h);
        Assert.All(told, static e => Assert.Equal((Talk.Contact, Talk.Sender, 1), (e.Contact, e.Sender, e.Tenant)));
        return [.. told.Select(static e => e.Told)];
    }

    private static Shard Shard(EngineHarness h) => h.Engine.OwnerOf(5)!.Shard;
}
