using Router.Engine.Work;

namespace Router.Engine.Tests.Harness;

/// <summary>Runs workers one at a time on the test's thread, in an order drawn from a seed.</summary>
internal sealed class SteppedScheduler(int seed) : IWorkScheduler
{
    private readonly Random random = new(seed);
    private readonly List<IThreadPoolWorkItem> queue = [];
    private bool stopped;

    /// <summary>Whether a worker is queued.</summary>
    public bool HasWork => queue.Count > 0;

    public void Queue(IThreadPoolWorkItem worker)
    {
        if (!stopped)
        {
            queue.Add(worker);
        }
    }

    /// <summary>Runs until no worker is queued.</summary>
    public void Run()
    {
        for (int runs = 0; RunOne(); runs++)
        {
            Assert.True(runs < 1_000_000, "the workers wake one another without end");
        }
    }

    /// <summary>Runs one worker; false: none is queued.</summary>
    public bool RunOne()
    {
        if (queue.Count == 0)
        {
            return false;
        }

        int at = random.Next(queue.Count);
        IThreadPoolWorkItem worker = queue[at];
        queue.RemoveAt(at);
        worker.Execute();
        return true;
    }

    /// <summary>Nothing runs any more: the process is gone.</summary>
    public void Stop()
    {
        stopped = true;
        queue.Clear();
    }
}
