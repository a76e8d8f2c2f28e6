using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;
using Router.Testing;

namespace Router.Storage.Tests.Memory;

/// <summary>The room of a generation that was swept is the next one's.</summary>
public sealed class RecyclingTests
{
    private const int GenerationMessages = 10;

    private readonly JournalMemory memory = new([], new Dictionary<long, UnfinishedState>(), [], 0, 0, GenerationMessages, contactsMax: 1000);
    private long commit;

    [Fact]
    public void A_generation_that_is_used_again_says_nothing_of_the_one_before()
    {
        Generation first = memory.Current;
        FillGeneration(0);
        DropOldest();
        FillGeneration(100);
        Generation again = memory.Current;

        Assert.Same(first, again);
        Assert.Equal((commit, commit, commit), (again.AfterCommit, again.LastCommit, again.UsageAfter));
        Assert.Equal((0, 0, 0), (again.Messages.Count, again.Events.Count, again.Receipts.Count));
        Assert.Equal((0, 0, 0), (again.Idempotency.Count, again.Departures.Count, again.DepartureTimes.Count));
        Assert.Empty(again.Usage.Rows);
        Assert.Empty(again.Unmatched);
        Assert.Equal(0, again.Readers);
        for (int i = 0; i < GenerationMessages; i++)
        {
            Assert.Equal(-1, again.Messages.Find(Some.Id(5, i).RowKey));
            Assert.Equal(-1, again.Receipts.Find((ulong)i + 1));
        }

        Assert.Equal(0, again.FindTenant(Some.Accepted(Some.Id(5, 0), Some.Contact(5, 0)).Tenant)?.CountBelow(long.MaxValue) ?? 0);
    }

    [Fact]
    public void A_generation_that_is_used_again_holds_what_a_new_one_holds()
    {
        FillGeneration(0);
        DropOldest();
        FillGeneration(100);
        FillGeneration(200);

        Generation again = memory.Generations[^2];
        var fresh = new JournalMemory([], new Dictionary<long, UnfinishedState>(), [], 0, 0, GenerationMessages, contactsMax: 1000);
        Fill(fresh, 200, 1);
        Generation model = fresh.Generations[0];

        Assert.Equal(Rows(model.Messages), Rows(again.Messages));
        Assert.Equal(Rows(model.Receipts), Rows(again.Receipts));
        Assert.Equal(model.Events.Count, again.Events.Count);
        Assert.Equal(Enumerable.Range(0, model.Events.Count).Select(i => model.Events[i]), Enumerable.Range(0, again.Events.Count).Select(i => again.Events[i]));
        Assert.Equal(model.Usage.Rows, again.Usage.Rows);
        int tenant = model.Messages[0].Tenant;
        Assert.Equal(
            Enumerable.Range(0, GenerationMessages).Select(place => model.FindTenant(tenant)![place]), Enumerable.Range(0, GenerationMessages).Select(place => again.FindTenant(tenant)![place]));
    }

    // A list that is walked over several holds of the gate would else show another generation's messages in the place of those that were swept meanwhile.
    [Fact]
    public void A_generation_that_is_being_read_stays_what_it_is()
    {
        Generation first = memory.Current;
        FillGeneration(0);
        GenerationReader reader;
        lock (memory.Gate)
        {
            reader = new GenerationReader(memory);
        }

        DropOldest();
        FillGeneration(100);

        Assert.NotSame(first, memory.Current);
        Assert.Equal(GenerationMessages, first.Messages.Count);
        reader.Dispose();
        Assert.Equal(0, first.Readers);
        Assert.Equal(0, memory.Generations[0].Readers);
    }

    private static List<TRow> Rows<TKey, TRow>(SlabTable<TKey, TRow> table)
        where TKey : struct, IEquatable<TKey>
        where TRow : struct, IRow<TKey>
    {
        List<TRow> rows = [];
        for (int i = 0; i < table.Count; i++)
        {
            Assert.Equal(i, table.Find(table[i].Key));
            rows.Add(table[i]);
        }

        return rows;
    }

    private void FillGeneration(int from) => Fill(memory, from, ++commit);

    private static void Fill(JournalMemory memory, int from, long commit)
    {
        lock (memory.Gate)
        {
            for (int i = from; i < from + GenerationMessages; i++)
            {
                AcceptedMessage accepted = Some.Accepted(Some.Id(5, i), Some.Contact(5, i));
                memory.Accept(accepted);
                memory.CountUsage(accepted);
                var sent = new JournalEntry
                {
                    Kind = EntryKind.Status,
                    Status = MessageStatus.Sent,
                    Message = accepted.Id,
                    Contact = accepted.Contact,
                    Tenant = accepted.Tenant,
                    AtMs = Some.NowMs + i,
                    ReceiptKey = (ulong)i + 1,
                    HasLeft = true,
                };
                memory.Add(sent, 5);
                memory.CountUsage(sent);
            }

            Assert.True(memory.EndCommit(commit, Some.NowMs));
        }
    }

    private void DropOldest()
    {
        Generation swept = memory.Generations[0];
        var run = new Run { Path = "", Number = 0, AfterCommit = swept.AfterCommit, LastCommit = swept.LastCommit, LastAtMs = 0, KeyMin = 0, KeyMax = 0, Statuses = 0, Messages = 0 };
        lock (memory.Gate)
        {
            memory.DropGeneration(run, new Dictionary<long, UnfinishedState>());
        }

        memory.Recycle(swept);
    }
}
