using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Conversations;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Conversations;

/// <summary>The listener hears of what came in, over refusals, failures and owners; no shard waits for it.</summary>
public sealed class HearingTests
{
    [Fact]
    public void What_an_earlier_owner_left_is_told_and_then_written_down()
    {
        using EngineHarness h = new();
        Keep(h, 3);
        var listener = new Listener();
        h.Engine.ConversationListener = listener;
        h.Simple();
        h.Advance(3_000);

        Assert.Equal([1, 2, 3], listener.Told.Select(static t => Number(t.Id)).Order());
        Assert.All(h.Journal.Store.Conversations(), static c => Assert.False(c.Facts.IsUnheard));

        h.Own(5); // and a later owner tells it no more
        h.Advance(3_000);
        Assert.Equal(3, listener.Told.Count);
    }

    [Fact]
    public void A_listener_that_does_not_hear_is_told_again_and_the_shard_goes_on()
    {
        using EngineHarness h = new();
        Keep(h, 1);
        var listener = new Listener { Answers = false };
        h.Engine.ConversationListener = listener;
        h.Simple();
        h.Advance(10_000);

        Assert.InRange(listener.Told.Count, 3, 6); // 0.5, 1, 2, 4 s apart
        Assert.True(h.Journal.Store.Conversations().Single().Facts.IsUnheard);
        h.Post();
        Assert.Single(h.Provider.Written);

        listener.Answers = true;
        h.Advance(20_000);
        Assert.False(h.Journal.Store.Conversations().Single().Facts.IsUnheard);
    }

    [Fact]
    public void A_listener_that_hangs_holds_up_nobody_and_is_called_so_often_at_a_time()
    {
        using EngineHarness h = new();
        Keep(h, HearingQueue.UnderWayMax + 5);
        var listener = new Listener { Answers = null };
        h.Engine.ConversationListener = listener;
        h.Simple();
        h.Advance(5_000);

        Assert.Equal(HearingQueue.UnderWayMax, listener.Told.Count);
        h.Post();
        Assert.Single(h.Provider.Written);
        listener.Answer(heard: true);
        h.Advance(100);
        Assert.Equal(HearingQueue.UnderWayMax + 5, listener.Told.Count);
    }

    [Theory]
    [InlineData(PartOutcome.Refused)]
    [InlineData(PartOutcome.Unknown)]
    public void What_was_heard_and_not_written_down_is_written_later_or_told_again(PartOutcome outcome)
    {
        using EngineHarness h = new();
        Keep(h, 1);
        h.Simple();
        h.Journal.NextOutcome(outcome);
        var listener = new Listener();
        h.Engine.ConversationListener = listener;
        h.Advance(3_000);
        if (outcome == PartOutcome.Unknown)
        {
            h.Own(5);
            h.Advance(3_000);
        }

        Assert.Equal(outcome == PartOutcome.Refused ? 1 : 2, listener.Told.Count);
        Assert.False(h.Journal.Store.Conversations().Single().Facts.IsUnheard);
    }

    [Fact]
    public void An_inbound_message_of_a_kept_part_is_told_at_once()
    {
        using EngineHarness h = new EngineHarness().Simple();
        var listener = new Listener();
        h.Engine.ConversationListener = listener;
        var talk = new ConversationId(EngineHarness.Contact(), 7);
        ((IShardEffects)h.Engine.OwnerOf(5)!).Hear(1, talk, 99);
        h.Advance(Shard.TickMs);

        Assert.Equal([(1, talk, 99ul)], listener.Told);
    }

    private static int Number(ConversationId id) => Enumerable.Range(1, 9).First(i => Talk(i) == id);

    private static ConversationId Talk(int number) => new(EngineHarness.Contact(number), 7);

    // Conversations with an inbound message, as an owner before left them.
    private static void Keep(EngineHarness h, int count)
    {
        TakenShard taken = h.Journal.TakeAsync([5], CancellationToken.None).AsTask().GetAwaiter().GetResult()[0];
        var client = new JournalClient();
        var part = new JournalPart(5, client) { Epoch = taken.Epoch };
        for (int i = 1; i <= count; i++)
        {
            part.Conversations.Add(new StoredConversation
            {
                Id = Talk(i), Tenant = 1, Found = true, KeySlot = 1, Facts = default(ConversationFacts).AfterInbound(Some.Id(5, i).Head, out _),
            });
        }

        Task<PartOutcome> kept = client.AppendAsync(h.Journal, part);
        h.Journal.Step();
        Assert.Equal(PartOutcome.Kept, kept.GetAwaiter().GetResult());
    }
}
