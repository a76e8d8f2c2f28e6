using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;

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
}
