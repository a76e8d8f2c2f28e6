namespace Router.Engine.Work;

/// <summary>Runs workers: the thread pool in the product, one thread under a seed in the simulation.</summary>
public interface IWorkScheduler
{
    /// <summary>Has <see cref="IThreadPoolWorkItem.Execute"/> called once, soon, not on the caller's stack.</summary>
    void Queue(IThreadPoolWorkItem worker);
}
