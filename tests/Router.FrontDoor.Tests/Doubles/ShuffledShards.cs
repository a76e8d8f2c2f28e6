using Router.Engine.Shards;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Shards that let requests lie and then accept them in any order, on two threads of their own.</summary>
internal sealed class ShuffledShards(int seed) : InstantShards
{
    private readonly Lock sync = new();
    private readonly Random random = new(seed);
    private readonly List<AcceptRequest> lying = [];
    private int running;

    public override Intake TryAccept(AcceptRequest request)
    {
        lock (sync)
        {
            lying.Add(request);
        }

        if (Volatile.Read(ref running) < 2)
        {
            Interlocked.Increment(ref running);
            ThreadPool.UnsafeQueueUserWorkItem(static shards => shards.Run(), this, preferLocal: false);
        }

        return Intake.Queued;
    }

    private void Run()
    {
        while (true)
        {
            AcceptRequest request;
            lock (sync)
            {
                if (lying.Count == 0)
                {
                    Interlocked.Decrement(ref running);
                    return;
                }

                int at = random.Next(lying.Count);
                request = lying[at];
                lying[at] = lying[^1];
                lying.RemoveAt(lying.Count - 1);
            }

            Complete(request);
        }
    }
}
