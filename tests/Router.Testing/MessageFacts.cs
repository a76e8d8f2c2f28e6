using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>What of an <see cref="AcceptedMessage"/> must survive in storage, comparable. (Where its sealed record lay in a part, and its idempotency key, need not.)</summary>
public readonly record struct MessageFacts(
    MessageId Id,
    ContactId Contact,
    uint Sender,
    int Tenant,
    uint KeySlot,
    ulong PreviousHead,
    long AcceptedAtMs,
    long NotBeforeMs,
    long ValidUntilMs,
    uint Prefix,
    Channel Channel,
    Purpose Purpose,
    Priority Priority,
    byte Segments,
    bool HasReference,
    uint Region,
    MessageId Fallback,
    int FallbackAfterSeconds,
    bool IsDormant,
    bool IsMedia,
    MessageDirection Direction,
    bool IsPart,
    bool ConfirmsStop,
    TraceContext Trace)
{
    /// <summary>The facts of <paramref name="message"/>.</summary>
    public static MessageFacts Of(in AcceptedMessage message) => new(
        message.Id, message.Contact, message.Sender, message.Tenant, message.KeySlot, message.PreviousHead, message.AcceptedAtMs, message.NotBeforeMs,
        message.ValidUntilMs, message.Prefix, message.Channel, message.Purpose, message.Priority, message.Segments, message.HasReference, message.Region, message.Fallback,
        message.FallbackAfterSeconds, message.IsDormant, message.IsMedia, message.Direction, message.IsPart, message.ConfirmsStop, message.Trace);
}
