using Router.Engine.Work;

namespace Router.Engine.Tests.Harness;

/// <summary>Runs workers one at a time on the test's thread, in an order drawn from a seed.</summary>
internal sealed class SteppedScheduler(int seed) : IWorkScheduler
{
    private readonly Random random = new(seed);
    private readonly List<IThreadPoolWorkItem> queue = [];

    public void Queue(IThreadPoolWorkItem worker) => queue.Add(worker);

    /// <summary>Runs until no worker is queued.</summary>
    public void Run()
    {
        for (int runs = 0; queue.Count > 0; runs++)
        {
            Assert.True(runs < 1_000_000, "the workers wake one another without end");
            int at = random.Next(queue.Count);
            IThreadPoolWorkItem worker = queue[at];
            queue.RemoveAt(at);
            worker.Execute();
        }
    }
}
