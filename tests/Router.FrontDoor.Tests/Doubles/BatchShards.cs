using Router.Engine.Shards;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Shards that accept in batches on a thread of their own, as owners do, and allocate nothing for it.</summary>
internal sealed class BatchShards : InstantShards, IDisposable
{
    private readonly Lock sync = new();
    private readonly AutoResetEvent some = new(false);
    private readonly Thread owner;
    private AcceptRequest[] incoming = new AcceptRequest[8_192];
    private AcceptRequest[] taken = new AcceptRequest[8_192];
    private int count;
    private volatile bool ended;

    public BatchShards()
    {
        owner = new Thread(Run) { IsBackground = true };
        owner.Start();
    }

    public override Intake TryAccept(AcceptRequest request)
    {
        bool first;
        lock (sync)
        {
            if (count == incoming.Length)
            {
                return Intake.Full;
            }

            incoming[count++] = request;
            first = count == 1;
        }

        if (first)
        {
            some.Set();
        }

        return Intake.Queued;
    }

    public void Dispose()
    {
        ended = true;
        some.Set();
        owner.Join();
        some.Dispose();
    }

    private void Run()
    {
        while (!ended)
        {
            some.WaitOne();
            int batch;
            lock (sync)
            {
                batch = count;
                count = 0;
                (incoming, taken) = (taken, incoming);
            }

            for (int i = 0; i < batch; i++)
            {
                Complete(taken[i]);
                taken[i] = null!;
            }
        }
    }
}
