using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Conversations;

/// <summary>What an inbound message does to its conversation inside a shard: the shard of an engine, its parts made by hand.</summary>
public sealed class InboundTests : IDisposable
{
    private readonly EngineHarness h = new EngineHarness().Simple();
    private readonly Listener listener = new();
    private readonly JournalPart part = new(5, new JournalClient());
    private readonly Shard shard;
    private readonly int row;
    private readonly ConversationId talk = new(EngineHarness.Contact(), 7);

    public InboundTests()
    {
        h.Post(); // the contact has a row and a key
        h.Engine.ConversationListener = listener;
        shard = h.Engine.OwnerOf(5)!.Shard;
        row = shard.FindRow(talk.Contact);
    }

    public void Dispose() => h.Dispose();

    [Fact]
    public void It_opens_the_conversation_and_is_heard_of_once_kept()
    {
        Inbound(Head(1), new StoredConversation { Tenant = 1, Id = talk });

        StoredConversation written = Assert.Single(part.Conversations.Span.ToArray());
        Assert.Equal((ConversationState.Open, Head(1), 1u, 1u), (written.Facts.State, written.Facts.InboundHead, written.Facts.Inbounds, written.KeySlot));
        Assert.Equal(0, part.Entries.Count);
        Assert.Empty(Heard());
        shard.ApplySteps(0, false);
        Assert.Equal([(1, talk, Head(1))], Heard());
        Assert.Equal(0, shard.OpenConversations);
    }

    [Fact]
    public void It_reopens_a_closed_one_and_says_so_and_a_second_counts_too()
    {
        StoredConversation closed = Closed();
        Inbound(Head(1), closed);
        Inbound(Head(2), closed);

        JournalEntry told = Assert.Single(part.Entries.Span.ToArray());
        Assert.Equal((EntryKind.Conversation, ConversationEvent.Reopened, talk.Contact, 7u, 1), (told.Kind, told.Told, told.Contact, told.Sender, told.Tenant));
        Assert.Equal((Head(2), 3u), (part.Conversations[1].Facts.InboundHead, part.Conversations[1].Facts.Inbounds));
        shard.ApplySteps(0, false);
        Assert.Equal([(1, talk, Head(2))], Heard());
        Assert.Equal(0, shard.OpenConversations);
    }

    [Fact]
    public void A_refused_part_leaves_it_as_it_was()
    {
        Inbound(Head(1), Closed());
        shard.RefuseSteps();
        Assert.Empty(Heard());
        Assert.Equal(0, shard.OpenConversations);

        part.Clear();
        Inbound(Head(2), Closed());
        Assert.Equal(2u, part.Conversations[0].Facts.Inbounds); // one from before, and this one
        Assert.Equal(1, part.Entries.Count); // reopened anew
    }

    [Fact]
    public void A_change_that_waits_in_the_same_part_and_a_refusal_do_not_get_in_each_others_way()
    {
        shard.AddConversation(Closed());
        var assign = new ConversationTask(1, talk, ConversationChange.Assign(9, "ada"));
        var hear = new ConversationTask(1, talk, ConversationChange.Hear(Head(0)));
        shard.Pin(row);
        shard.OnConversation(assign, row);
        shard.Pin(row);
        shard.OnConversation(hear, row);
        shard.FillPart(part);
        shard.OnInbound(row, 1, 7, Head(5), part);
        Assert.Equal((ConversationState.Open, "ada", Head(0)), (part.Conversations[2].Facts.State, part.Conversations[2].Facts.Assignee, part.Conversations[2].Facts.HeardHead));

        shard.RefuseSteps();
        Assert.Null(assign.Answer.Task.Result);
        Assert.Equal(1, shard.OpenConversations); // what was heard waits for the next part

        part.Clear();
        shard.FillPart(part);
        StoredConversation again = Assert.Single(part.Conversations.Span.ToArray());
        Assert.Equal((ConversationState.Closed, null, Head(0)), (again.Facts.State, again.Facts.Assignee, again.Facts.HeardHead));
        shard.ApplySteps(0, false);
        Assert.Equal(0, shard.OpenConversations);
    }

    private static ulong Head(int number) => Some.Id(5, number).Head;

    private void Inbound(ulong head, in StoredConversation stored)
    {
        shard.AddConversation(stored);
        shard.OnInbound(row, 1, 7, head, part);
    }

    private StoredConversation Closed() => new()
    {
        Tenant = 1, Id = talk, Found = true, KeySlot = 1, Facts = default(ConversationFacts).AfterInbound(Head(0), out _).After(ConversationChange.Close, Head(0), out _),
    };

    private List<(int, ConversationId, ulong)> Heard()
    {
        h.AdvanceWithoutCommits(Shard.TickMs);
        return listener.Told;
    }
}
