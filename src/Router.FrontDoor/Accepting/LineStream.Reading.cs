using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

internal sealed partial class LineStream
{
    // Requests are taken from the shared ones so many at a time.
    private const int TakenAtOnce = 64;

    // What an answer not yet composed counts: AnswerRing.Capacity of them are UnreadBytesMax.
    private const int Charge = UnreadBytesMax / AnswerRing.Capacity;

    // Between two looks at a shard that has no owner.
    private static readonly TimeSpan OwnerPause = TimeSpan.FromMilliseconds(20);

    private readonly LineSplitter splitter = new();
    private readonly Stack<AcceptRequest> free = new();
    private byte[] scratch = [];
    private byte[] copy = [];
    private AcceptRequest? held;
    private Intake heldBecause;
    private int taken;
    private long nowMs;
    private long collected;
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

    /// <summary>
    /// Looks again who calls whenever something configured has changed: a key that was removed takes no further line, a sender that was added counts at once. False: it is
    /// closing now.
    /// </summary>
    private bool IsAdmitted()
    {
        Configuration current = shared.Administration.Current;
        if (ReferenceEquals(current, admittedUnder))
        {
            return true;
        }

        admittedUnder = current;
        if (shared.Doorkeeper.Admit(context, Permission.TenantSend, out Tenant? caller) is { } problem)
        {
            Close(problem);
            return false;
        }

        tenant = caller!;
        return true;
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
        Problem? problem = null;
        Span<byte> unescaped = scratch.AsSpan(0, MessageDecoder.ScratchBytes(line.Length));
        if (!shared.Maker.TryMake(line, unescaped, nowMs, tenant, idempotencyKey, splitter.LineNumber, request, out BodyProblem wrong))
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
            AcceptRequests.Blank(request);
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

    /// <summary>Hands the held request to its shard; false: the shard is full or has no owner.</summary>
    private bool TrySubmitHeld()
    {
        if (held is not { } request)
        {
            return true;
        }

        heldBecause = shared.Shards.TryAccept(request);
        if (heldBecause == Intake.Queued)
        {
            held = null;
            return true;
        }

        if (heldBecause == Intake.TenantFull)
        {
            Interlocked.Increment(ref shared.Counts.RefusedTenantFull);
            RefuseHeld(KnownProblems.TenantFull);
            return true;
        }

        return false;
    }

    private void RefuseHeld(Problem problem)
    {
        AcceptRequest request = held!;
        held = null;
        if (request.HasIdempotencyKey)
        {
            shared.Keys.Remove(request.IdempotencyKey);
        }

        long number = request.Token;
        ref AnswerSlot slot = ref ring[number];
        slot.Problem = AnswerText.OfProblem(slot.Line, problem);
        Done(ref slot, number);
    }

    /// <summary>Whether another line may be taken: there is a request for it, and its answer has a place among those that may wait unread.</summary>
    private bool HasRoom()
    {
        if (free.Count == 0)
        {
            Collect();
            if (free.Count == 0 && taken < shared.Options.StreamInFlightMax)
            {
                int more = Math.Min(TakenAtOnce, shared.Options.StreamInFlightMax - taken);
                shared.Requests.Take(free, more);
                taken += more;
            }
        }

        return free.Count > 0 && HasAnswerRoom();
    }

    private bool HasAnswerRoom()
    {
        // Closing chunks in time lets a stream that is read as it is written do with a few of them.
        if (submitted - collected >= TakenAtOnce)
        {
            Collect();
        }

        return submitted - Math.Min(collected, Volatile.Read(ref written)) < AnswerRing.Capacity && charged - Volatile.Read(ref writtenCharge) <= UnreadBytesMax;
    }

    /// <summary>Takes requests back whose answers are known, in order.</summary>
    private void Collect()
    {
        while (collected < submitted)
        {
            ref AnswerSlot slot = ref ring[collected];
            if (Volatile.Read(ref slot.State) != AnswerSlot.Done)
            {
                break;
            }

            if (slot.Request is { } request)
            {
                slot.Request = null;
                AcceptRequests.Blank(request);
                free.Push(request);
            }

            collected++;
        }

        ring.CloseUpTo(Math.Min(collected, Volatile.Read(ref written)));
    }

    private async ValueTask WaitAsync()
    {
        if (closing.IsCancellationRequested)
        {
            return;
        }

        if (held is not null)
        {
            Interlocked.Increment(ref shared.Counts.WaitsForShard);
            await WaitForShardAsync(held.Contact.Shard);
            return;
        }

        // Without a free request: for the oldest answer. With one: for the writer.
        long number = free.Count == 0 ? collected : Signal.Any;
        readerSignal.Prepare(number);
        if ((HasRoom() || closing.IsCancellationRequested) && readerSignal.Cancel(number))
        {
            return;
        }

        Interlocked.Increment(ref number == Signal.Any ? ref shared.Counts.WaitsForClient : ref shared.Counts.WaitsForAnswers);
        await readerSignal.WaitAsync();
    }

    private async ValueTask WaitForShardAsync(int shard)
    {
        try
        {
            await shared.Shards.WaitForRoomAsync(shard, closing.Token);
            if (heldBecause == Intake.NoOwner)
            {
                // A shard without an owner may answer at once, again and again.
                await Task.Delay(OwnerPause, shared.Time, closing.Token);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Told by the loop.
        }
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
