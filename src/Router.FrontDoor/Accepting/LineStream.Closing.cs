using System.Globalization;
using System.IO.Pipelines;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

internal sealed partial class LineStream
{
    // Real time: how long a peer may take to read what is on its way to it, and no rule of ours.
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(1);

    private readonly Lock closeSync = new();
    private ITimer? idleTimer;
    private bool readingEnded;
    private volatile bool flushing;
    private volatile bool finished;

    /// <summary>
    /// Ends the reading: lines not taken yet are not taken any more, <paramref name="because"/> is told for the first of them, answers under way are still given. From any thread.
    /// </summary>
    private void Close(Problem because)
    {
        lock (closeSync)
        {
            if (closedBecause is not null || readingEnded)
            {
                return;
            }

            closedBecause = because;
        }

        EndReading();
    }

    /// <summary>Ends the stream without more ado: who should read the answers does not, or is gone.</summary>
    private void Abort()
    {
        aborted = true;
        EndReading();
        context.Abort();
        output.CancelPendingFlush();
        Interlocked.MemoryBarrier();
        writerSignal.WakeAny();
    }

    /// <summary>
    /// Ends the connection of a stream that was closed from here and whose body goes on: nobody takes the rest, and Kestrel would wait for it as long as the client likes; a stop of the
    /// process would. Where the rest comes at once the connection stays: the client, which has its whole answer, may have used it again already.
    /// </summary>
    private async Task LeaveAsync()
    {
        await context.Response.CompleteAsync();
        using var late = new CancellationTokenSource(LeaveTime, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            while (true)
            {
                ReadResult rest = await input.ReadAsync(either.Token);
                input.AdvanceTo(rest.Buffer.End);
                if (rest.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }

    private void EndReading()
    {
        closing.Cancel();
        input.CancelPendingRead();
        Interlocked.MemoryBarrier();
        readerSignal.WakeAny();
    }

    private static Problem Idle(TimeSpan after) => new(408, "stream_idle", string.Create(
        CultureInfo.InvariantCulture, $"Nothing went on for {after.TotalSeconds:0.###} seconds, so the stream was closed; send this line and what follows anew."));

    // A timer's thread. A first idle period ends the reading; one more, or one in which the client took no answer, ends the stream.
    private void CheckProgress()
    {
        TimeSpan left = shared.Options.StreamIdle - shared.Time.GetElapsedTime(Volatile.Read(ref lastProgress));
        if (left <= TimeSpan.Zero)
        {
            if (finished)
            {
                return;
            }

            Interlocked.Increment(ref shared.Counts.StreamsIdle);
            if (closedBecause is null && held is null)
            {
                shared.SlowClients.Add(); // else it is held up by a shard of ours, or was told before
            }

            if (flushing || ended || closedBecause is not null)
            {
                Abort();
                return;
            }

            Close(Idle(shared.Options.StreamIdle));
            left = shared.Options.StreamIdle;
        }

        idleTimer?.Change(left, Timeout.InfiniteTimeSpan);
    }
}
