using Router.Engine.Work;

namespace Router.Engine.Tests.Work;

/// <summary>No wake-up is lost between many threads and one worker.</summary>
public sealed class WorkerStressTests
{
    [Fact]
    public async Task Everything_added_is_taken()
    {
        const int Threads = 6;
        const int Each = 100_000;
        var adder = new Adder(Threads * (long)Each);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(
            async () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    while (!adder.Add(1))
                    {
                        await Task.Yield();
                    }
                }
            },
            TestContext.Current.CancellationToken)));
        await adder.All.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(adder.RanTwice);
    }

    private sealed class Adder(long expected) : Worker(ThreadPoolScheduler.Instance)
    {
        private readonly Inbox<int> inbox = new(64);
        private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int[] batch = new int[16];
        private long sum;
        private int running;

        public bool RanTwice { get; private set; }

        public Task All => all.Task;

        protected override bool HasWork => inbox.HasItems;

        public bool Add(int value)
        {
            bool added = inbox.TryAdd(value);
            Wake();
            return added;
        }

        protected override bool Step()
        {
            RanTwice |= Interlocked.Exchange(ref running, 1) != 0;
            int count = inbox.Take(ref batch);
            for (int i = 0; i < count; i++)
            {
                sum += batch[i];
            }

            if (sum == expected)
            {
                all.TrySetResult();
            }

            Volatile.Write(ref running, 0);
            return count > 0;
        }
    }
}
