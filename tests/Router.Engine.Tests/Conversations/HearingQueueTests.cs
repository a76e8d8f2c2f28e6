using Router.Core.Messages;
using Router.Engine.Conversations;
using Router.Testing;

namespace Router.Engine.Tests.Conversations;

/// <summary>What waits for the listener: once a conversation, bounded, repeated.</summary>
public sealed class HearingQueueTests
{
    private readonly HearingQueue queue = new();

    [Fact]
    public void A_conversation_is_told_once_with_its_newest_message()
    {
        queue.Add(1, Talk(1), 10);
        queue.Add(1, Talk(1), 12);
        queue.Add(1, Talk(1), 11);

        Assert.Equal((Talk(1), 12ul), Take());
        Assert.Null(Take());
        Assert.True(queue.Told(1, Talk(1), 12, heard: true, 0));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void What_comes_while_it_is_told_is_told_after_it()
    {
        queue.Add(1, Talk(1), 10);
        Take();
        queue.Add(1, Talk(1), 11);

        Assert.Null(Take()); // one call a conversation
        Assert.True(queue.Told(1, Talk(1), 10, heard: true, 0));
        Assert.Equal((Talk(1), 11ul), Take());
    }

    [Fact]
    public void What_was_not_heard_is_told_again_after_a_pause_that_doubles()
    {
        queue.Add(1, Talk(1), 10);
        long now = 0;
        foreach (long pause in new[] { 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000 })
        {
            Assert.NotNull(Take(now));
            Assert.False(queue.Told(1, Talk(1), 10, heard: false, now));
            Assert.Null(Take(now + pause - 1));
            now += pause;
        }

        Assert.Equal((Talk(1), 10ul), Take(now));
    }

    [Fact]
    public void So_many_are_under_way_and_no_more()
    {
        for (int i = 0; i < HearingQueue.UnderWayMax + 1; i++)
        {
            queue.Add(1, Talk(i), 10);
        }

        for (int i = 0; i < HearingQueue.UnderWayMax; i++)
        {
            Assert.NotNull(Take());
        }

        Assert.Null(Take());
        queue.Told(1, Talk(0), 10, heard: true, 0);
        Assert.Equal((Talk(HearingQueue.UnderWayMax), 10ul), Take());
    }

    [Fact]
    public void What_does_not_fit_is_left_to_storage_and_fetched_when_there_is_room()
    {
        for (int i = 0; i < HearingQueue.CountMax; i++)
        {
            queue.Add(1, Talk(i), 10);
        }

        Assert.False(queue.WantsLook);
        queue.Add(1, Talk(HearingQueue.CountMax), 10);
        Assert.Equal(HearingQueue.CountMax, queue.Count);
        Assert.False(queue.WantsLook);
        while (Take() is { } taken)
        {
            queue.Told(1, taken.Id, taken.Head, heard: true, 0);
        }

        Assert.True(queue.WantsLook);
        queue.Look();
        Assert.False(queue.WantsLook);
        queue.Looked(mayHaveMore: true);
        Assert.True(queue.WantsLook);
        queue.Looked(mayHaveMore: false);
        Assert.False(queue.WantsLook);
    }

    private static ConversationId Talk(int number) => new(Some.Contact(5, number), 7);

    private (ConversationId Id, ulong Head)? Take(long nowMs = 0) => queue.TryTake(nowMs, out _, out ConversationId id, out ulong head) ? (id, head) : null;
}
