using Microsoft.Extensions.Time.Testing;
using Router.Storage.Lookups;
using Router.Storage.Memory;
using Router.Testing;

namespace Router.Storage.Tests.Lookups;

/// <summary>A sweep rests only where nobody waits for it.</summary>
public sealed class SweepPaceTests : IDisposable
{
    private const int GenerationMessages = 10;
    private const int ContactsMax = 1_000;

    private readonly JournalMemory memory = new([], new Dictionary<long, UnfinishedState>(), [], 0, 0, GenerationMessages, ContactsMax);
    private readonly FakeTimeProvider time = new();
    private readonly CountedRests rests = new();
    private readonly SweepPace pace;
    private int messages;

    public SweepPaceTests() => pace = new SweepPace(memory, time, rests);

    public void Dispose() => rests.Dispose();

    [Fact]
    public void It_rests_after_each_turn_while_what_grows_is_not_half_full()
    {
        pace.Hurry(waits: false);
        Accept(GenerationMessages); // closed: it is being swept

        Assert.Equal(1, RestsOf(turns: 1));
        pace.Rest();
        Assert.Equal(1, rests.Count); // the next turn has just begun
        Accept((GenerationMessages / 2) - 1);
        Assert.Equal(4, RestsOf(turns: 3));
    }

    [Fact]
    public void It_does_not_rest_while_what_grows_is_half_full()
    {
        pace.Hurry(waits: false);
        Accept(GenerationMessages + (GenerationMessages / 2));

        Assert.Equal(0, RestsOf(turns: 3));
    }

    [Fact]
    public void It_does_not_rest_while_another_generation_waits()
    {
        pace.Hurry(waits: false);
        Accept(GenerationMessages * 2);

        Assert.Equal(0, RestsOf(turns: 3));
    }

    [Fact]
    public void It_does_not_rest_at_the_start_or_while_somebody_waits_for_it()
    {
        Assert.Equal(0, RestsOf(turns: 3));
        pace.Hurry(waits: false);
        pace.Hurry(waits: true);
        Assert.Equal(0, RestsOf(turns: 3));
        pace.Hurry(waits: false);
        Assert.Equal(1, RestsOf(turns: 1));
    }

    private int RestsOf(int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            pace.Rest();
        }

        return rests.Count;
    }

    private void Accept(int count)
    {
        lock (memory.Gate)
        {
            for (int i = 0; i < count; i++)
            {
                memory.Accept(Some.Accepted(Some.Id(5, messages), Some.Contact(5, messages)));
                messages++;
                memory.EndCommit(messages, Some.NowMs);
            }
        }
    }

    private sealed class CountedRests : WaitHandle
    {
        public int Count { get; private set; }

        public override bool WaitOne(int millisecondsTimeout)
        {
            Count++;
            return false;
        }
    }
}
