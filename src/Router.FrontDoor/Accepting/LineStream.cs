using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Problems;
using Router.FrontDoor.Traces;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// One <c>POST /v1/messages</c> of NDJSON (DESIGN §6): a reader that hands lines to their shards and a writer that tells the answers in the same order, each at its own
/// pace, both bounded. Made for one request.
/// </summary>
/// <remarks>
/// Hot path; <c>NdjsonAllocations</c>, 0 B a line in the steady state. Three kinds of threads meet here: the reader (<c>LineStream.Reading</c>, <c>LineStream.Waiting</c>), the writer
/// (<c>LineStream.Writing</c>), and shards' owners in <see cref="Completed"/>. <see cref="AnswerSlot"/> says who may touch what.
/// </remarks>
internal sealed partial class LineStream : IAcceptListener, IDisposable
{
    /// <summary>Reading stops while more bytes of answers than this wait unread (DESIGN §6).</summary>
    internal const int UnreadBytesMax = 4 * 1024 * 1024;

    private readonly HttpContext context;
    private readonly LineStreamServices shared;
    private readonly Admission admission;
    private readonly byte[] idempotencyKey;
    private readonly TraceContext trace = RequestTraces.Current;
    private readonly PipeReader input;
    private readonly PipeWriter output;
    private readonly CancellationTokenSource closing = new();
    private readonly AnswerRing ring = new();
    private readonly Signal readerSignal = new();
    private readonly Signal writerSignal = new();
    private long lastProgress;
    private Problem? closedBecause;
    private volatile bool aborted;

    internal LineStream(HttpContext context, LineStreamServices shared, Tenant tenant, byte[] idempotencyKey)
    {
        this.context = context;
        this.shared = shared;
        this.idempotencyKey = idempotencyKey;
        admission = new Admission(context, Permission.TenantSend, tenant, shared.Doorkeeper, shared.Administration);
        input = context.Request.BodyReader;
        output = context.Response.BodyWriter;
    }

    /// <summary>Runs until the client has sent all and was told all, or one of the bounds closes the stream.</summary>
    internal async Task RunAsync()
    {
        LiftLimits();
        context.Response.ContentType = Json.MediaTypes.Lines;
        Progress();

        // At once: a client may wait for the answer's head before it sends its first line.
        await context.Response.StartAsync();
        await output.FlushAsync();
        CancellationTokenRegistration stopping = shared.Stopping.UnsafeRegister(static stream => ((LineStream)stream!).Close(KnownProblems.Stopping), this);
        idleTimer = shared.Time.CreateTimer(static stream => ((LineStream)stream!).CheckProgress(), this, shared.Options.StreamIdle, Timeout.InfiniteTimeSpan);
        try
        {
            // On its own: reads that are always ready would never let the writer begin.
            await Task.WhenAll(Task.Run(ReadAsync), WriteAsync());
        }
        finally
        {
            await idleTimer.DisposeAsync();
            await stopping.DisposeAsync();
        }

        if (aborted)
        {
            // Never a proper end of the answer: the client must not take it for whole.
            context.Abort();
        }
        else if (closedBecause is not null)
        {
            await LeaveAsync();
        }
    }

    /// <summary>Gives back what can be used again. After an abort owners may still hold requests and slots: the collector has those.</summary>
    public void Dispose()
    {
        closing.Dispose();
        if (!aborted)
        {
            Collect();
            shared.Requests.Return(free);
            ring.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Completed(AcceptRequest request)
    {
        // The request belongs to the reader again as soon as the state says done.
        long number = request.Token;
        ref AnswerSlot slot = ref ring[number];
        if (request.Outcome == AcceptOutcome.Accepted)
        {
            slot.IdHead = request.Id.Head;
            slot.IdTail = request.Id.Tail;
            slot.ConversationHead = request.Conversation.Contact.High;
            slot.ConversationTail = request.Conversation.Tail;
        }
        else
        {
            slot.Problem = AnswerText.OfProblem(slot.Line, AcceptProblems.Of(request.Outcome)!);
            FallbackAccept.WithdrawUnkept(shared.Shards, request);
        }

        if (request.HasIdempotencyKey)
        {
            shared.Keys.Remove(request.IdempotencyKey);
        }

        CountOut();
        Done(ref slot, number);
    }

    private void Done(ref AnswerSlot slot, long number)
    {
        Volatile.Write(ref slot.State, AnswerSlot.Done);
        Interlocked.MemoryBarrier();
        writerSignal.Wake(number);
        readerSignal.Wake(number);
    }

    // Kestrel's own bounds are for requests that come whole; this stream has bounds of its own.
    private void LiftLimits()
    {
        Json.JsonBody.LimitBody(context, null);
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate)
        {
            requestRate.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate)
        {
            responseRate.MinDataRate = null;
        }
    }

    private void Progress() => Volatile.Write(ref lastProgress, shared.Time.GetTimestamp());
}
