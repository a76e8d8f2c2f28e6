using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Receipts;

/// <summary>The journal's tables are asked for a receipt while other things of its message go on.</summary>
public sealed class LookUpTests
{
    // Guards against judging a receipt by what the tables said before the message's end was kept: it would get a second end.
    [Fact]
    public void What_the_tables_said_before_more_of_the_message_was_kept_is_asked_again()
    {
        using EngineHarness h = new EngineHarness(options: new EngineOptions { AwaitedReceiptsMax = 20 }).Simple();
        Posted posted = h.Post(segments: 2);
        h.Provider.Settle(posted.Id, segment: 0);
        h.RunUntilIdle();
        for (int i = 2; i < 7; i++)
        {
            Posted other = h.Post(i, segments: 2);
            h.Provider.Settle(other.Id, segment: 0);
            h.RunUntilIdle(); // the index forgets what it knew of the first one's segments
        }

        h.Journal.HoldsLookUps = true;
        h.Provider.Receive(h.Provider.Written[0], MessageStatus.Undelivered, Reason.Undeliverable);
        h.RunUntilIdle();
        h.Provider.Settle(posted.Id, OutcomeKind.Refused, segment: 1);
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Undelivered], h.Statuses(posted));
        Assert.Equal(1, h.Journal.CompleteLookUps()); // said before the end was kept
        h.RunUntilIdle();
        Assert.Equal(0, h.Provider.AcknowledgedCount);
        Assert.Equal(1, h.Journal.CompleteLookUps());
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Undelivered], h.Statuses(posted));
    }

    // Guards against another message, perhaps another tenant's, that has the hexadecimal of the id: the one that has the id itself may be known to the tables alone.
    [Fact]
    public void The_id_as_it_stands_in_the_tables_comes_before_another_reading_of_it_in_memory()
    {
        using EngineHarness h = new EngineHarness(options: new EngineOptions { AwaitedReceiptsMax = 20 }).Simple();
        Posted first = PostWith(h, 1, 1);
        for (int i = 2; i < 20; i++)
        {
            PostWith(h, i, (ulong)i);
        }

        Assert.False(h.Engine.Receipts.TryFind(1, out _)); // the index forgot it
        Posted twin = PostWith(h, 20, Elsewhere | 1);
        h.Provider.Receive(new Receipt { Provider = 1, ReceiptKey = 1, SecondKey = Elsewhere | 1, Status = MessageStatus.Delivered });
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Delivered, MessageStatus.Sent), (h.Last(first), h.Last(twin)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Elsewhere)]
    public void A_carrier_that_changes_the_base_of_its_ids_is_known_by_its_last_receipt(ulong other)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted first = PostWith(h, 1, 1);
        Posted second = PostWith(h, 2, 2);
        Posted third = PostWith(h, 3, 3);
        Posted literal = PostWith(h, 4, 4);
        Tell(h, 101, 1);
        Assert.Equal(MessageStatus.Delivered, h.Last(first));

        h.Journal.HoldsLookUps = true;
        Tell(h, 102, 2); // no look-up
        Tell(h, 4, Elsewhere | 9); // as it stands: the last receipt says no more
        Tell(h, 103, 3);
        Assert.Equal((MessageStatus.Delivered, MessageStatus.Delivered, MessageStatus.Sent), (h.Last(second), h.Last(literal), h.Last(third)));
        Assert.Equal(1, h.Journal.CompleteLookUps());

        void Tell(EngineHarness h, ulong id, ulong reading)
        {
            h.Provider.Receive(new Receipt { Provider = 1, ReceiptKey = id, SecondKey = other == 0 ? reading : other | id, ThirdKey = other == 0 ? 0 : reading, Status = MessageStatus.Delivered });
            h.RunUntilIdle();
        }
    }

    // Keys in another stripe of the index.
    private const ulong Elsewhere = 1UL << 32;

    private static Posted PostWith(EngineHarness h, int contact, ulong receiptKey)
    {
        Posted posted = h.Post(contact);
        ScriptedDeparture left = h.Provider.Written[^1];
        h.Engine.Settle([new Outcome { Provider = 1, Message = left.Id, Epoch = left.Epoch, Kind = OutcomeKind.Sent, ReceiptKey = receiptKey }]);
        h.RunUntilIdle();
        return posted;
    }
}
