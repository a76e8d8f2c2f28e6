using Router.Engine.Work;

namespace Router.Simulation;

/// <summary>Runs the workers of one silo one at a time, in an order drawn from the seed.</summary>
internal sealed class SimulatedScheduler(Random random) : IWorkScheduler
{
    private readonly List<IThreadPoolWorkItem> queue = [];
    private bool stopped;

    public bool HasWork => queue.Count > 0;

    public void Queue(IThreadPoolWorkItem worker)
    {
        if (!stopped)
        {
            queue.Add(worker);
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
        queue[at] = queue[^1];
        queue.RemoveAt(queue.Count - 1);
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
