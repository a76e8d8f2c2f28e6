using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.FrontDoor.Traces;

namespace Router.FrontDoor.Accepting;

/// <summary><c>POST /v1/messages</c> (DESIGN §6): one message, or a stream of them, on which <c>Prefer</c> is passed over as RFC 7240 §2 allows.</summary>
/// <remarks>Hot path.</remarks>
internal sealed class AcceptEndpoints(LineStreamServices services, SingleAccept.Pool singles, VerdictWait verdicts, RateLimitHeaders limits)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("POST", "/v1/messages", Permission.TenantSend, PostAsync);

    private Task PostAsync(HttpContext context, Tenant tenant)
    {
        bool lines = MediaTypes.IsLines(context.Request);
        if (!lines && !MediaTypes.IsJson(context.Request))
        {
            return ProblemResponse.WriteAsync(context, MediaTypes.Refusal(context.Request, $"{MediaTypes.Json} or {MediaTypes.Lines}"));
        }

        if (IdempotencyHeader.Read(context.Request, out byte[] key) is { } problem)
        {
            return ProblemResponse.WriteAsync(context, problem);
        }

        if (services.Stopping.IsCancellationRequested)
        {
            return ProblemResponse.WriteAsync(context, KnownProblems.Stopping);
        }

        return lines ? PostLinesAsync(context, tenant, key) : PostOneAsync(context, tenant, key);
    }

    private async Task PostLinesAsync(HttpContext context, Tenant tenant, byte[] key)
    {
        limits.Set(context.Response, tenant);
        using var stream = new LineStream(context, services, tenant, key);
        await stream.RunAsync();
    }

    private async Task PostOneAsync(HttpContext context, Tenant tenant, byte[] key)
    {
        JsonBody.LimitBody(context, MessageDecoder.BodyBytesMax);
        PipeReader reader = context.Request.BodyReader;
        ReadResult body = await reader.ReadAsync(context.RequestAborted);
        while (!body.IsCompleted)
        {
            // Kestrel ends a body that is too long by an exception that becomes 413.
            reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
            body = await reader.ReadAsync(context.RequestAborted);
        }

        SingleAccept accept = singles.Rent();
        try
        {
            Problem? problem = Make(body.Buffer, tenant, key, accept.Request);
            reader.AdvanceTo(body.Buffer.End);
            problem ??= await AcceptAsync(accept);
            await AnswerAsync(context, tenant, problem, accept.Request);
        }
        finally
        {
            singles.Return(accept);
        }
    }

    /// <summary>Takes a message whose body is made of the request's and of what is known already (a reply in a conversation), like any other.</summary>
    /// <param name="context">The request; its <c>Idempotency-Key</c> and <c>Prefer</c> count.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="body">The body, as <c>POST /v1/messages</c> would get it.</param>
    /// <param name="withoutSender">It goes out without a sender, whatever the contact's last one was.</param>
    internal async Task PostMadeAsync(HttpContext context, Tenant tenant, ReadOnlyMemory<byte> body, bool withoutSender)
    {
        if ((IdempotencyHeader.Read(context.Request, out byte[] key) ?? (services.Stopping.IsCancellationRequested ? KnownProblems.Stopping : null)) is { } refused)
        {
            await ProblemResponse.WriteAsync(context, refused);
            return;
        }

        SingleAccept accept = singles.Rent();
        try
        {
            Problem? problem = Make(new ReadOnlySequence<byte>(body), tenant, key, accept.Request);
            accept.Request.Sender = withoutSender ? Sender.None : accept.Request.Sender;
            problem ??= await AcceptAsync(accept);
            await AnswerAsync(context, tenant, problem, accept.Request);
        }
        finally
        {
            singles.Return(accept);
        }
    }

    private Problem? Make(in ReadOnlySequence<byte> body, Tenant tenant, byte[] key, AcceptRequest request)
    {
        int length = (int)body.Length;
        int scratchLength = MessageDecoder.ScratchBytes(length);
        byte[] scratch = services.Buffers.Rent(scratchLength);
        byte[]? copy = body.IsSingleSegment ? null : services.Buffers.Rent(length);
        try
        {
            ReadOnlySpan<byte> bytes = copy is null ? body.FirstSpan : LineSplitter.AsSpan(body, copy);
            long nowMs = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
            request.Trace = RequestTraces.Current;
            return services.Maker.TryMake(bytes, scratch.AsSpan(0, scratchLength), nowMs, tenant, key, 0, request, out BodyProblem wrong) ? null : AcceptProblems.Of(wrong, bytes);
        }
        finally
        {
            // Wiped: what lies in a pool no erasure reaches (DESIGN §8).
            scratch.AsSpan(0, scratchLength).Clear();
            services.Buffers.Return(scratch);
            if (copy is not null)
            {
                copy.AsSpan(0, length).Clear();
                services.Buffers.Return(copy);
            }
        }
    }

    // Not cancelled when the client goes: the request is lent to the shard's owner until its outcome is known.
    private async ValueTask<Problem?> AcceptAsync(SingleAccept accept)
    {
        AcceptRequest request = accept.Request;
        if (request.HasIdempotencyKey && !services.Keys.TryAdd(request.IdempotencyKey))
        {
            return AcceptProblems.KeyInFlight;
        }

        try
        {
            FallbackAccept? fallback = null;
            if (request.Fallback is not null)
            {
                Intake first = FallbackAccept.TryStart(services.Shards, request, out fallback);
                if (first != Intake.Queued)
                {
                    return Refused(first);
                }

                if (AcceptProblems.Of(await fallback.Outcome) is { } problem)
                {
                    return problem;
                }

                request.FallbackId = fallback.Id;
            }

            Intake intake = services.Shards.TryAccept(request);
            if (intake == Intake.Queued)
            {
                AcceptOutcome outcome = await accept.OutcomeAsync();
                FallbackAccept.WithdrawUnkept(services.Shards, request);
                return AcceptProblems.Of(outcome);
            }

            fallback?.Withdraw(services.Shards, request.Tenant!.Number);
            return Refused(intake);
        }
        finally
        {
            if (request.HasIdempotencyKey)
            {
                services.Keys.Remove(request.IdempotencyKey);
            }
        }
    }

    private Problem Refused(Intake intake)
    {
        Interlocked.Increment(ref intake == Intake.TenantFull ? ref services.Counts.RefusedTenantFull : ref services.Counts.RefusedBusy);
        return AcceptProblems.Of(intake);
    }

    private async Task AnswerAsync(HttpContext context, Tenant tenant, Problem? problem, AcceptRequest request)
    {
        if (problem is null or { Status: 429 })
        {
            limits.Set(context.Response, tenant);
        }

        if (problem is not null)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        int waitSeconds = PreferHeader.WaitSeconds(context.Request);
        if (waitSeconds == 0 || !await verdicts.TryAnswerAsync(context, tenant, request.Id, waitSeconds, services.Stopping))
        {
            await AnswerAsync(context, request);
        }
    }

    private static async Task AnswerAsync(HttpContext context, AcceptRequest request)
    {
        HttpResponse response = context.Response;
        response.StatusCode = 202;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = AnswerText.SingleLength;
        AnswerText.WriteSingle(request.Id, request.Conversation, response.BodyWriter.GetSpan(AnswerText.SingleLength));
        response.BodyWriter.Advance(AnswerText.SingleLength);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
