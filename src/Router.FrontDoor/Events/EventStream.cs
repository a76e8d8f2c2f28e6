using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Router.Core.Events;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Positions;

namespace Router.FrontDoor.Events;

/// <summary>
/// One <c>GET /v1/events</c>: reads the tenant's events from the log in batches and tells them as server-sent events (WHATWG HTML §9.2), each with its position as <c>id:</c>.
/// Holds a position and one batch; who reads slowly waits alone.
/// </summary>
/// <remarks>Hot path, near 0 B an event; a reference costs a look-up. The loop runs alone in its request.</remarks>
internal sealed class EventStream(HttpContext context, EventStreamServices shared, Tenant caller, EventFilter filter, ConversationId? conversation)
{
    // A batch is at most this many events of some 370 bytes: about what one flush should carry, and with what the host keeps of an answer all that a client costs that does not read.
    private const int BatchMax = 128;

    private readonly PipeWriter output = context.Response.BodyWriter;
    private readonly StructList<LogEvent> batch = new(BatchMax);
    private readonly Admission admission = new(context, Permission.TenantRead, caller, shared.Doorkeeper, shared.Administration);
    private readonly bool tellsAll = filter == EventFilter.All && conversation is null;
    private long lastWritten;
    private bool tooSlow;

    /// <summary>Tells what comes after <paramref name="position"/> until the client goes or this process begins to stop.</summary>
    internal async Task RunAsync(LogPosition position)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, shared.Stopping);
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await context.Response.StartAsync(ended.Token);

            // Where it stands, before anything is told: a client that is cut off now can come back without a gap.
            WritePosition(position);
            await FlushAsync();
            using var wait = new StreamWait(shared.Time, ended.Token);
            await TellAsync(position, wait, ended.Token);
        }
        catch (OperationCanceledException) when (tooSlow || ended.IsCancellationRequested)
        {
            // The client went, was too slow, or the server stops: a client comes back with its last position.
        }
    }

    private async Task TellAsync(LogPosition position, StreamWait wait, CancellationToken ended)
    {
        IEventLog log = shared.Journal.Events;
        while (admission.Look() is null)
        {
            ended.ThrowIfCancellationRequested();
            batch.Clear();
            LogPosition looked = await shared.Turns.ReadAsync(admission.Tenant.Number, position, batch, BatchMax, ended);
            bool moved = looked > position;
            position = moved ? looked : position;
            if (!tellsAll)
            {
                Sift();
            }

            if (batch.Count > 0)
            {
                if (!await WriteBatchAsync(ended))
                {
                    return;
                }

                await FlushAsync();
            }
            else if (moved ? shared.Time.GetElapsedTime(lastWritten) >= shared.Options.HeartBeat : !await WaitAsync(log, position, wait, ended))
            {
                // Also where events come all the time and none is wanted: the client's position must not grow old.
                WritePosition(position);
                await FlushAsync();
            }
            else if (moved)
            {
                await Task.Yield(); // a week of others' events: other requests have their turn on this thread
            }
        }
    }

    // False: who asked may not be told any more.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WriteBatchAsync(CancellationToken ended)
    {
        References references = shared.References.Rent();
        try
        {
            await references.FetchAsync(admission.Tenant.Number, batch, ended);
            if (admission.Look() is not null)
            {
                return false;
            }

            WriteBatch(references);
            return true;
        }
        finally
        {
            shared.References.Return(references);
        }
    }

    // Leaves what the client wants, in its order.
    private void Sift()
    {
        int left = 0;
        Span<LogEvent> all = batch.Span;
        for (int i = 0; i < all.Length; i++)
        {
            ref readonly JournalEntry entry = ref all[i].Entry;
            if (filter.Wants(EventText.TypeOf(entry)) && (conversation is not { } wanted || (entry.Contact == wanted.Contact && entry.Sender == wanted.Sender && entry.Kind is EntryKind.Status or EntryKind.Conversation)))
            {
                all[left++] = all[i];
            }
        }

        batch.RemoveLast(batch.Count - left);
    }

    /// <summary>False: nothing came for as long as a heart-beat lasts.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(IEventLog log, LogPosition position, StreamWait wait, CancellationToken ended)
    {
        try
        {
            await log.WaitAsync(position, wait.Begin(admission.Within(shared.Options.HeartBeat)));
            return true;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return false;
        }
    }

    // A comment keeps the connection open; an id without data moves the client's position on and tells it nothing.
    private void WritePosition(LogPosition position)
    {
        var text = new Utf8Text(output.GetSpan(16 + Cursor.Length));
        text.Raw(": ok\nid: "u8);
        Cursor.WriteLog(shared.Hash, admission.Tenant.Number, position, text.Next(Cursor.Length));
        text.Raw("\n\n"u8);
        output.Advance(text.Length);
    }

    private void WriteBatch(References references)
    {
        Configuration configuration = shared.Administration.Current;
        Span<UInt128> blocks = stackalloc UInt128[2 * BatchMax]; // 4 KiB
        Cursor.OfEvents(shared.Hash, admission.Tenant.Number, batch.Span, blocks);
        for (int i = 0; i < batch.Count; i++)
        {
            ref readonly LogEvent one = ref batch[i];
            ReadOnlySpan<byte> reference = references.Of(one.Entry, out bool erased);
            ReadOnlySpan<byte> inbound = references.InboundOf(one.Entry);
            var text = new Utf8Text(output.GetSpan(128 + EventText.BytesMax(reference.Length, inbound.Length)));
            text.Raw("id: "u8);
            Cursor.Write(blocks[2 * i], text.Next(Cursor.Length));
            text.Raw("\nevent: "u8);
            text.Ascii(EventTypes.Of(EventText.TypeOf(one.Entry)));
            text.Raw("\ndata: "u8);
            EventText.Write(ref text, one, admission.Tenant, configuration, blocks[(2 * i) + 1], reference, erased, references.WebhookOf(one.Entry), inbound);
            text.Raw("\n\n"u8);
            output.Advance(text.Length);
        }
    }

    private ValueTask FlushAsync()
    {
        lastWritten = shared.Time.GetTimestamp();
        ValueTask<FlushResult> flush = output.FlushAsync(context.RequestAborted);
        return flush.IsCompletedSuccessfully ? ValueTask.CompletedTask : AwaitFlushAsync(flush);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitFlushAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            await flush.AsTask().WaitAsync(shared.Options.StreamIdle, shared.Time, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            // It has taken nothing for so long: give its room back. It can come again with its last position.
            tooSlow = true;
            Interlocked.Increment(ref shared.Counts.EventStreamsCutOff);
            shared.SlowClients.Add();
            context.Abort();
            throw new OperationCanceledException(context.RequestAborted);
        }
    }
}
