using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Engine.Tests.Inbound;
using Router.Testing;

namespace Router.Engine.Tests.Conversations;

/// <summary>What an inbound message does to its conversation, in the message's own transaction.</summary>
public sealed class InboundTests : IDisposable
{
    private readonly EngineHarness h = new EngineHarness().Simple([.. Enumerable.Range(0, MessageId.ShardCount)]);
    private readonly Listener listener = new();
    private readonly EndUser user;
    private readonly ConversationId talk;

    public InboundTests()
    {
        h.Engine.ConversationListener = listener;
        user = new EndUser(h);
        talk = new ConversationId(user.Contact, new Sender("+39000").Tag);
    }

    public void Dispose() => h.Dispose();

    [Fact]
    public void It_opens_the_conversation_and_is_heard_of()
    {
        user.Say("ciao");

        StoredConversation row = Row();
        AcceptedMessage message = Assert.Single(EndUser.Stored(h)).Accepted;
        Assert.Equal((ConversationState.Open, message.Id.Head, message.Id.Head, 1u, message.KeySlot, 1),
            (row.Facts.State, row.Facts.InboundHead, row.Facts.ActiveHead, row.Facts.Inbounds, row.KeySlot, row.Tenant));
        Assert.Empty(Told());
        h.Advance(2_500);
        Assert.Equal([(1, talk, message.Id.Head)], listener.Told);
        Assert.False(Row().Facts.IsUnheard);
        Assert.Equal(0, Shard.OpenConversations);
    }

    [Fact]
    public void It_reopens_what_was_closed_and_says_so_and_the_assignee_stays()
    {
        user.Say("ciao");
        Ask(ConversationChange.Assign(9, "ada"));
        Ask(ConversationChange.Close);

        user.Say("ancora");

        Assert.Equal([ConversationEvent.Assigned, ConversationEvent.Closed, ConversationEvent.Reopened], Told());
        Assert.Equal((ConversationState.Open, "ada", 2u), (Row().Facts.State, Row().Facts.Assignee, Row().Facts.Inbounds));
    }

    [Fact]
    public void A_repeat_does_nothing_to_it()
    {
        Assert.True(user.Say("ciao", id: "m1").Kept);
        Ask(ConversationChange.Close);
        ConversationFacts before = Row().Facts;

        Assert.True(user.Say("ciao", id: "m1").Kept);

        h.Advance(1_500);
        Assert.Equal(before with { HeardHead = before.InboundHead }, Row().Facts);
        Assert.Equal([ConversationEvent.Closed], Told());
        Assert.Single(listener.Told);
    }

    [Fact]
    public void A_repeat_beside_changes_in_one_part_takes_only_itself_back()
    {
        user.Say("ciao", id: "m1");
        Task<StoredConversation?> first = ConversationTests.Ask(h, ConversationChange.Close, talk);
        user.Tell("ciao", id: "m1");
        h.RunUntilIdle();
        Task<StoredConversation?> second = ConversationTests.Ask(h, ConversationChange.Assign(9, "ada"), talk);
        h.RunUntilIdle();

        Assert.Equal(ConversationState.Closed, first.Result!.Value.Facts.State);
        Assert.Equal((ConversationState.Closed, "ada", 1u), (second.Result!.Value.Facts.State, second.Result.Value.Facts.Assignee, Row().Facts.Inbounds));
        Assert.Equal(Row().Facts with { HeardHead = 0 }, second.Result.Value.Facts with { HeardHead = 0 });
    }

    [Fact]
    public void A_refused_commit_leaves_it_as_it_was()
    {
        user.Say("ciao");
        Ask(ConversationChange.Close);
        ConversationFacts before = Row().Facts;
        h.Journal.NextOutcome(PartOutcome.Refused);

        Assert.False(user.Say("ancora").Kept);

        Assert.Equal(before, Row().Facts);
        Assert.Equal(0, Shard.OpenConversations);
        h.Advance(300, 50);
        Assert.True(user.Say("ancora").Kept);
        Assert.Equal((ConversationState.Open, 2u), (Row().Facts.State, Row().Facts.Inbounds));
    }

    [Fact]
    public void What_was_heard_and_a_change_in_a_refused_part_do_not_get_in_each_others_way()
    {
        user.Say("ciao");
        h.Advance(Engine.Shards.Shard.TickMs); // heard, and to be written down with the next second
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.AdvanceWithoutCommits(1_100);
        Task<StoredConversation?> refused = ConversationTests.Ask(h, ConversationChange.Close, talk);
        h.Run();
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Advance(3_000);

        Assert.False(Row().Facts.IsUnheard);
        Assert.Equal(refused.Result is null ? ConversationState.Open : ConversationState.Closed, Row().Facts.State);
        Assert.Equal(0, Shard.OpenConversations);
    }

    [Fact]
    public void Parts_touch_it_once_when_they_are_whole()
    {
        user.Say("ci", parts: 2, part: 1);
        Assert.Empty(h.Journal.Store.Conversations());

        user.Say("ao", parts: 2, part: 2);

        Assert.Equal(1u, Row().Facts.Inbounds);
        Assert.Equal("ciao", Assert.Single(EndUser.Kept(h)).Text);
    }

    [Fact]
    public void Messages_of_one_contact_in_one_batch_count_each()
    {
        for (int i = 0; i < 5; i++)
        {
            user.Tell("ciao " + i);
        }

        h.RunUntilIdle();

        Assert.Equal(5u, Row().Facts.Inbounds);
        Assert.Equal(0, Shard.OpenConversations);
    }

    [Fact]
    public void To_an_unknown_number_it_makes_no_conversation()
    {
        user.Say("ciao", number: "+39999");

        Assert.Empty(h.Journal.Store.Conversations());
        h.Advance(2_000);
        Assert.Empty(listener.Told);
    }

    private Shard Shard => h.Engine.OwnerOf(user.Contact.Shard)!.Shard;

    private StoredConversation Row()
    {
        StoredConversation row = Assert.Single(h.Journal.Store.Conversations());
        Assert.Equal(talk, row.Id);
        return row;
    }

    private ConversationEvent[] Told() => [.. ConversationTests.Events(h).Select(static e => e.Told)];

    private void Ask(ConversationChange change)
    {
        Task<StoredConversation?> asked = ConversationTests.Ask(h, change, talk);
        h.RunUntilIdle();
        Assert.NotNull(asked.Result);
    }
}
