using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

internal sealed partial class LineStream
{
    // What an answer not yet composed counts: AnswerRing.Capacity of them are UnreadBytesMax.
    private const int Charge = UnreadBytesMax / AnswerRing.Capacity;

    private readonly LineSplitter splitter = new();
    private readonly Stack<AcceptRequest> free = new();
    private byte[] scratch = [];
    private byte[] copy = [];
    private AcceptRequest? held;
    private FallbackAccept? heldFallback;
    private Intake heldBecause;
    private long nowMs;
    private long charged;
    private long submitted;
    private volatile bool ended;

    private async Task ReadAsync()
    {
        scratch = shared.Buffers.Rent(MessageDecoder.ScratchBytesMax);
        copy = shared.Buffers.Rent(LineSplitter.LineBytesMax);
        try
        {
            if (!await TryReadAllAsync())
            {
                TellClosed();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The client is gone, or broke off in the middle. What was accepted stays accepted.
            Abort();
        }
        finally
        {
            // Each line wiped its own already; this is for one that ended in a fault.
            shared.Buffers.Return(scratch, clearArray: true);
            shared.Buffers.Return(copy, clearArray: true);
            ended = true;
            Interlocked.MemoryBarrier();
            writerSignal.WakeAny();
        }
    }

    /// <summary>True: the client has sent all. False: the stream is closing.</summary>
    private async Task<bool> TryReadAllAsync()
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            if (result.IsCanceled || closing.IsCancellationRequested)
            {
                input.AdvanceTo(result.Buffer.Start); // else Kestrel finds a read under way, and the connection ends with its fault
                return false;
            }

            nowMs = shared.Time.GetUtcNow().ToUnixTimeMilliseconds();
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (!IsAdmitted() || !TakeLines(ref buffer, result.IsCompleted))
            {
                await WaitAsync();
                if (closing.IsCancellationRequested)
                {
                    input.AdvanceTo(buffer.Start);
                    return false;
                }
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return true;
            }
        }
    }

    /// <summary>False: who calls may no more, and the stream is closing now.</summary>
    private bool IsAdmitted()
    {
        if (admission.Look() is not { } problem)
        {
            return true;
        }

        Close(problem);
        return false;
    }

    /// <summary>Hands on every whole line of <paramref name="buffer"/>; false: it must wait first, for what <see cref="WaitAsync"/> finds out.</summary>
    private bool TakeLines(ref ReadOnlySequence<byte> buffer, bool isCompleted)
    {
        long before = submitted;
        bool all = false;
        while (!all && TrySubmitHeld() && HasRoom())
        {
            LineKind kind = splitter.TryRead(ref buffer, isCompleted, out ReadOnlySequence<byte> line);
            if (kind == LineKind.None)
            {
                all = true;
            }
            else
            {
                Take(kind, line);
            }
        }

        if (submitted != before)
        {
            Progress();
        }

        return all;
    }

    private void Take(LineKind kind, in ReadOnlySequence<byte> sequence)
    {
        if (kind == LineKind.TooLarge)
        {
            Refuse(AcceptProblems.Of(BodyProblem.TooLarge, default));
            return;
        }

        ReadOnlySpan<byte> line = LineSplitter.AsSpan(sequence, copy);
        AcceptRequest request = free.Pop();
        request.Trace = trace;
        Problem? problem = null;
        Span<byte> unescaped = scratch.AsSpan(0, MessageDecoder.ScratchBytes(line.Length));
        if (!shared.Maker.TryMake(line, unescaped, nowMs, admission.Tenant, idempotencyKey, splitter.LineNumber, request, out BodyProblem wrong))
        {
            problem = AcceptProblems.Of(wrong, line);
        }
        else if (request.HasIdempotencyKey && !shared.Keys.TryAdd(request.IdempotencyKey))
        {
            problem = AcceptProblems.KeyInFlight;
        }

        // A stream may live for days and its next line be shorter: wiped line by line (DESIGN §8). Some 10 ns.
        unescaped.Clear();
        if (!sequence.IsSingleSegment)
        {
            copy.AsSpan(0, line.Length).Clear();
        }

        if (problem is not null)
        {
            AcceptRequestPool.Blank(request);
            free.Push(request);
            Refuse(problem);
            return;
        }

        ref AnswerSlot slot = ref OpenSlot();
        slot.Request = request;
        slot.Charge = Charge;
        request.Listener = this;
        request.Token = submitted;
        held = request;
        CountIn();
        Publish(ref slot);
    }

    /// <summary>Gives the line just read its answer at once.</summary>
    private void Refuse(Problem problem)
    {
        long number = submitted;
        ref AnswerSlot slot = ref OpenSlot();
        slot.Problem = AnswerText.OfProblem(slot.Line, problem);
        slot.Charge = Math.Max(Charge, slot.Problem.Length);
        Publish(ref slot);
        Done(ref slot, number);
    }

    private ref AnswerSlot OpenSlot()
    {
        ref AnswerSlot slot = ref ring.Open(submitted);
        slot.State = AnswerSlot.Pending;
        slot.Line = splitter.LineNumber;
        slot.Request = null;
        slot.Problem = null;
        return ref slot;
    }

    private void Publish(ref AnswerSlot slot)
    {
        charged += slot.Charge;
        Volatile.Write(ref submitted, submitted + 1);
    }

    /// <summary>Hands the held request to its shard, its fallback first; false: a shard is full or has no owner, or the fallback is not kept yet.</summary>
    private bool TrySubmitHeld()
    {
        if (held is not { } request)
        {
            return true;
        }

        if ((request.Fallback is not null || heldFallback is not null) && !IsFallbackKept(request))
        {
            return held is null;
        }

        heldBecause = shared.Shards.TryAccept(request);
        if (heldBecause == Intake.Queued)
        {
            held = null;
            heldFallback = null;
            return true;
        }

        return heldBecause == Intake.TenantFull && RefuseTenantFull();
    }

    // Lines behind it wait until it is kept: they may be for the same conversation, whose order is the lines'. False: not yet, or the line was refused.
    private bool IsFallbackKept(AcceptRequest request)
    {
        if (heldFallback is null)
        {
            heldBecause = FallbackAccept.TryStart(shared.Shards, request, out FallbackAccept started);
            heldFallback = heldBecause == Intake.Queued ? started : null;
            _ = heldBecause == Intake.TenantFull && RefuseTenantFull();
            return false;
        }

        if (!heldFallback.Outcome.IsCompleted)
        {
            return false;
        }

        Problem? problem = AcceptProblems.Of(heldFallback.Outcome.Result);
        request.FallbackId = heldFallback.Id;
        if (problem is not null)
        {
            RefuseHeld(problem);
        }

        return problem is null;
    }

    private bool RefuseTenantFull()
    {
        Interlocked.Increment(ref shared.Counts.RefusedTenantFull);
        RefuseHeld(KnownProblems.TenantFull);
        return true;
    }

    private void RefuseHeld(Problem problem)
    {
        AcceptRequest request = held!;
        held = null;
        heldFallback?.Withdraw(shared.Shards, request.Tenant!.Number);
        heldFallback = null;
        if (request.HasIdempotencyKey)
        {
            shared.Keys.Remove(request.IdempotencyKey);
        }

        long number = request.Token;
        ref AnswerSlot slot = ref ring[number];
        slot.Problem = AnswerText.OfProblem(slot.Line, problem);
        CountOut();
        Done(ref slot, number);
    }

    // The line held, or else the one that would have come next, is told why no more are taken.
    private void TellClosed()
    {
        Problem? because;
        lock (closeSync)
        {
            readingEnded = true;
            because = closedBecause;
        }

        if (held is not null)
        {
            RefuseHeld(because ?? KnownProblems.NotKept);
        }
        else if (because is not null && HasAnswerRoom())
        {
            long number = submitted;
            ref AnswerSlot slot = ref OpenSlot();
            slot.Line++;
            slot.Problem = AnswerText.OfProblem(slot.Line, because);
            slot.Charge = slot.Problem.Length;
            Publish(ref slot);
            Done(ref slot, number);
        }
    }
}
