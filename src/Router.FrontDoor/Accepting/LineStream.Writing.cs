using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Router.FrontDoor.Accepting;

internal sealed partial class LineStream
{
    // Composed before a flush at most; what waits longer lies in the ring, which is smaller than its text.
    private const int FlushBytes = 32 * 1024;

    private long composed;
    private long composedCharge;
    private long written;
    private long writtenCharge;

    private async Task WriteAsync()
    {
        try
        {
            while (!aborted)
            {
                if (Compose())
                {
                    await FlushAsync();
                }
                else if (IsAtEnd())
                {
                    finished = true;
                    return;
                }
                else
                {
                    await WaitForAnswerAsync();
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            if (!finished)
            {
                Abort();
            }
        }
    }

    private async ValueTask FlushAsync()
    {
        flushing = true;
        FlushResult result = await output.FlushAsync();
        flushing = false;
        if (result.IsCompleted || result.IsCanceled)
        {
            Abort();
            return;
        }

        Progress();
        Volatile.Write(ref writtenCharge, composedCharge);
        Volatile.Write(ref written, composed);
        Interlocked.MemoryBarrier();
        readerSignal.Wake(Signal.Any);
    }

    /// <summary>Composes the answers that are known, in order, into the response; false: there was none.</summary>
    private bool Compose()
    {
        long before = composed;
        long end = Volatile.Read(ref submitted);
        int bytes = 0;
        Span<byte> span = default;
        int used = 0;
        while (composed < end && bytes < FlushBytes)
        {
            ref AnswerSlot slot = ref ring[composed];
            if (Volatile.Read(ref slot.State) != AnswerSlot.Done)
            {
                break;
            }

            if (slot.Problem is { } problem)
            {
                Advance(ref used);
                span = default;
                output.Write(problem);
                slot.Problem = null;
                bytes += problem.Length;
            }
            else
            {
                if (span.Length - used < AnswerText.LineBytesMax)
                {
                    Advance(ref used);
                    span = output.GetSpan(AnswerText.LineBytesMax);
                }

                int length = AnswerText.WriteLine(slot.Line, slot.IdHead, slot.IdTail, slot.ConversationHead, slot.ConversationTail, span[used..]);
                used += length;
                bytes += length;
            }

            composedCharge += slot.Charge;
            composed++;
        }

        Advance(ref used);
        return composed != before;
    }

    private void Advance(ref int used)
    {
        if (used > 0)
        {
            output.Advance(used);
            used = 0;
        }
    }

    private bool IsReady() => composed < Volatile.Read(ref submitted) && Volatile.Read(ref ring[composed].State) == AnswerSlot.Done;

    private bool IsAtEnd() => ended && composed == Volatile.Read(ref submitted);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForAnswerAsync()
    {
        long number = composed;
        writerSignal.Prepare(number);
        if ((IsReady() || IsAtEnd() || aborted) && writerSignal.Cancel(number))
        {
            return;
        }

        await writerSignal.WaitAsync();
    }
}
