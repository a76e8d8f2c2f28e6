using System.Text;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.FrontDoor.Events;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary>What a batch of events tells beside its entries.</summary>
public sealed class ReferencesTests
{
    [Fact]
    public async Task References_come_without_garbage_and_go_when_their_batch_is_written()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var events = new StructList<LogEvent>(8);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(MessageId.TryParse(await door.PostAsync(more: $",\"reference\":\"ref {i}\""), out MessageId id));
            events.Add(new LogEvent { Entry = new JournalEntry { Kind = EntryKind.Status, Message = id, HasReference = true, Status = MessageStatus.Accepted } });
            events.Add(new LogEvent { Entry = new JournalEntry { Kind = EntryKind.Status, Message = id, HasReference = true, Status = MessageStatus.Sent } });
        }

        var pool = new ReferencesPool(door.Journal, webhooks: null!);
        References references = pool.Rent();
        await references.FetchAsync(1, events, CancellationToken.None);
        Assert.Equal(["ref 0", "ref 0", "ref 1", "ref 1", "ref 2", "ref 2"], events.Span.ToArray().Select(one => Encoding.UTF8.GetString(references.Of(one.Entry, out _))));

        pool.Return(references);
        Assert.Equal(0, references.Of(events[0].Entry, out bool erased).Length);
        Assert.False(erased);
        Allocations.AssertNone(
            () =>
            {
                References again = pool.Rent();
                ValueTask fetch = again.FetchAsync(1, events, CancellationToken.None);
                Assert.True(fetch.IsCompletedSuccessfully);
                pool.Return(again);
            },
            runs: 1_000);
    }
}
