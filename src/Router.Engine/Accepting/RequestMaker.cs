using System.IO.Hashing;
using System.Numerics;
using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Sealing;
using Router.Engine.Shards;

namespace Router.Engine.Accepting;

/// <summary>Bytes of a body in, a request to accept it out: decodes, hashes the address, finds the sender. No state.</summary>
/// <remarks>Hot path, 0 B but for a <c>from</c> that is none of the tenant's senders, templates and fallbacks.</remarks>
public sealed class RequestMaker(IKeyedHash hash)
{
    /// <summary>Fills <paramref name="request"/> from <paramref name="body"/>; false: <paramref name="problem"/> says why not.</summary>
    /// <param name="body">The body or line.</param>
    /// <param name="scratch">At least <see cref="MessageDecoder.ScratchBytes"/> of the body's length.</param>
    /// <param name="nowMs">Unix ms.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="idempotencyKey">Empty: none.</param>
    /// <param name="line">The line's number in a stream; 0: no stream.</param>
    /// <param name="request">Blank or used before; its listener, token and trace are the caller's.</param>
    /// <param name="problem">Why the body is refused.</param>
    public bool TryMake(
        ReadOnlySpan<byte> body, Span<byte> scratch, long nowMs, Tenant tenant, ReadOnlySpan<byte> idempotencyKey, long line, AcceptRequest request, out BodyProblem problem)
    {
        if (!MessageDecoder.TryDecode(body, scratch, nowMs, out MessageBody message, out MessageBody fallback, out problem))
        {
            return false;
        }

        if (!TryFill(request, tenant, ref message, nowMs, out problem))
        {
            return false;
        }

        request.FallbackAfterSeconds = message.FallbackAfterSeconds;
        request.Fallback = message.HasFallback ? new AcceptRequest { IsDormant = true } : null;
        request.HasIdempotencyKey = !idempotencyKey.IsEmpty;
        if (request.HasIdempotencyKey)
        {
            request.IdempotencyKey = hash.IdempotencyKey(tenant.Number, idempotencyKey, line);
            request.BodyHash = XxHash3.HashToUInt64(body);
        }

        if (request.Fallback is not { } second)
        {
            return true;
        }

        // Without a key: a message that is asked for again and kept only now must not rest on a fallback whose time began with the first try. What was kept for nothing is withdrawn.
        second.Trace = request.Trace;
        if (TryFill(second, tenant, ref fallback, nowMs, out problem))
        {
            return true;
        }

        problem = problem.InFallback();
        return false;
    }

    private bool TryFill(AcceptRequest request, Tenant tenant, ref MessageBody message, long nowMs, out BodyProblem problem)
    {
        problem = default;
        if (message.ContentType == ContentType.Template && !tenant.Templates.TryRender(ref message, nowMs, out problem))
        {
            return false;
        }

        request.Tenant = tenant;
        request.Contact = hash.Contact(tenant.Number, message.Channel, message.To);
        request.Sender = message.From.IsEmpty ? null : tenant.FindSender(message.Channel, message.From) ?? Unknown(message.From);
        request.Channel = message.Channel;
        request.Purpose = message.Purpose;
        request.Priority = message.Priority;
        request.Segments = message.Segments;
        request.IsMedia = message.ContentType == ContentType.Media;
        request.Prefix = message.Prefix.Packed;
        request.Region = message.Region;
        request.ValiditySeconds = message.ValiditySeconds;
        request.NotBeforeMs = message.NotBeforeMs;
        request.HasReference = !message.Reference.IsEmpty;
        request.FallbackId = default;
        int size = message.RecordSize;
        if (request.Record.Length < size)
        {
            request.Record = new byte[BitOperations.RoundUpToPowerOf2((uint)size)];
        }

        request.RecordLength = message.WriteRecord(request.Record);
        request.Outcome = AcceptOutcome.Pending;
        return true;
    }

    // The decision rejects it by this name (sender_not_allowed).
    private static Sender Unknown(ReadOnlySpan<byte> from) => new(Encoding.UTF8.GetString(from));
}
