using FsCheck.Xunit;
using Router.Core.Conversations;

namespace Router.Core.Tests.Conversations;

/// <summary>The rules by which a conversation's facts change.</summary>
public sealed class ConversationFactsTests
{
    private static readonly ConversationFacts Open = default(ConversationFacts).AfterInbound(100, out _);

    [Fact]
    public void An_inbound_message_opens_it_and_begins_its_window()
    {
        const ulong Head = 1_772_366_400_000UL << 16;
        ConversationFacts facts = default(ConversationFacts).AfterInbound(Head, out ConversationEvent told);

        Assert.Equal(ConversationEvent.None, told);
        Assert.Equal((ConversationState.Open, Head, Head, 1u), (facts.State, facts.ActiveHead, facts.InboundHead, facts.Inbounds));
        Assert.Equal(1_772_366_400_000 + (24 * 3_600_000), facts.WindowEndMs);
        Assert.True(facts.IsUnheard);
        Assert.Equal(0, default(ConversationFacts).WindowEndMs);
    }

    [Fact]
    public void An_inbound_message_reopens_what_was_closed_and_keeps_its_assignee()
    {
        ConversationFacts closed = Open.After(ConversationChange.Assign(7, "ada"), 101, out _).After(ConversationChange.Close, 102, out _);

        ConversationFacts facts = closed.AfterInbound(103, out ConversationEvent told);

        Assert.Equal(ConversationEvent.Reopened, told);
        Assert.Equal((ConversationState.Open, "ada", 2u), (facts.State, facts.Assignee, facts.Inbounds));
    }

    [Fact]
    public void What_changes_nothing_is_told_to_nobody_and_makes_it_no_newer()
    {
        ConversationFacts given = Open.After(ConversationChange.Assign(7, "ada"), 101, out _);

        Assert.Equal(given, given.After(ConversationChange.Assign(7, "ada"), 102, out ConversationEvent assigned));
        Assert.Equal(given, given.After(ConversationChange.Reopen, 102, out ConversationEvent reopened));
        ConversationFacts closed = given.After(ConversationChange.Close, 103, out _);
        Assert.Equal(closed, closed.After(ConversationChange.Close, 104, out ConversationEvent closedAgain));
        Assert.Equal(Open, Open.After(ConversationChange.Unassign, 104, out ConversationEvent unassigned));
        Assert.All([assigned, reopened, closedAgain, unassigned], static told => Assert.Equal(ConversationEvent.None, told));
    }

    [Fact]
    public void Each_change_is_told_and_makes_it_the_newest()
    {
        ConversationFacts facts = Open;
        foreach ((ConversationChange change, ConversationEvent expected) in new[]
        {
            (ConversationChange.Assign(7, "ada"), ConversationEvent.Assigned), (ConversationChange.Assign(8, "bob"), ConversationEvent.Assigned),
            (ConversationChange.Unassign, ConversationEvent.Assigned), (ConversationChange.Close, ConversationEvent.Closed), (ConversationChange.Reopen, ConversationEvent.Reopened),
            (ConversationChange.Touch, ConversationEvent.None),
        })
        {
            ulong head = facts.ActiveHead + 1;
            facts = facts.After(change, head, out ConversationEvent told);
            Assert.Equal((expected, head), (told, facts.ActiveHead));
        }

        Assert.Equal((0ul, null), (facts.Agent, facts.Assignee));
    }

    [Theory]
    [InlineData(ConversationAct.Touch, ConversationState.Open)]
    [InlineData(ConversationAct.Assign, ConversationState.Open)]
    [InlineData(ConversationAct.Reopen, ConversationState.Open)]
    [InlineData(ConversationAct.Close, ConversationState.Closed)]
    public void Who_acts_on_one_without_a_row_gives_it_a_state(ConversationAct act, ConversationState state)
    {
        ConversationFacts facts = default(ConversationFacts).After(new ConversationChange(act), 9, out _);

        Assert.Equal((state, 9ul), (facts.State, facts.ActiveHead));
    }

    [Property]
    public void Heard_never_goes_back_nor_beyond_what_came_in(ulong inbound, ulong first, ulong second)
    {
        ConversationFacts facts = default(ConversationFacts).AfterInbound(inbound, out _);
        ConversationFacts after = facts.After(ConversationChange.Hear(first), 1, out _).After(ConversationChange.Hear(second), 2, out ConversationEvent told);

        Assert.Equal(Math.Min(inbound, Math.Max(first, second)), after.HeardHead);
        Assert.Equal(after.HeardHead < inbound, after.IsUnheard);
        Assert.Equal(ConversationEvent.None, told);
        Assert.Equal(facts, after with { HeardHead = 0 }); // and nothing else changes
    }
}
