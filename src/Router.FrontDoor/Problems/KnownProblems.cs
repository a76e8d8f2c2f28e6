using System.Globalization;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;
using Router.FrontDoor.Access;

namespace Router.FrontDoor.Problems;

/// <summary>The refusals that many endpoints share. Codes are part of the contract and never change.</summary>
internal static class KnownProblems
{
    internal static readonly Problem Unauthorized = new(401, "unauthorized", "A valid key is needed: Authorization: Bearer KEY.");
    internal static readonly Problem NotFound = new(404, "not_found", "What this path names is not there, or is not this key's to see.");
    internal static readonly Problem NoSuchPath = new(404, "not_found", "No call has this path; /docs shows those that there are.");
    internal static readonly Problem ContactErased = new(409, "contact_erased", "The contact was erased: nothing can be written to it or beside it before it has a message again.");
    internal static readonly Problem ProviderInUse = new(409, "in_use", "A route names this provider: take it out of the routes first.");
    internal static readonly Problem NotCharged = new(409, "not_charged", "This tenant has no balance: give it one with PUT first.");
    internal static readonly Problem OtherAmount = new(409, "reference_used", "This reference was used for another amount: use a new one.", "reference");
    internal static readonly Problem MalformedRequest = new(400, "malformed_request", "The request could not be read.");
    internal static readonly Problem InvalidCursor = new(400, "invalid_cursor", "after is not a position that Router made for this tenant and list: give the next of the page before.", "after");
    internal static readonly Problem InvalidEventPosition = new(400, "invalid_cursor", "Last-Event-ID is not a position that Router made for this tenant: give an id: of /v1/events, or leave it out.");
    internal static readonly Problem CursorExpired = new(410, "cursor_expired", "Events from this position on are no longer kept; begin anew without it.");
    internal static readonly Problem Internal = new(500, "internal_error", "Something failed here; the server's log says what, under this request's id.");
    internal static readonly Problem Busy = new(503, "busy", "The queue of this message's shard is full; try again.", RetryAfterSeconds: 1);
    internal static readonly Problem NoMemory = new(503, "busy", "Memory is short here; try again when some messages have left.", RetryAfterSeconds: 5);
    internal static readonly Problem NoOwner = new(503, "unavailable", "This message's shard has no owner just now; try again.", RetryAfterSeconds: 2);
    internal static readonly Problem NotKept = new(503, "unavailable", "It could not be kept; try again.", RetryAfterSeconds: 1);
    internal static readonly Problem StorageUnavailable = new(503, "unavailable", "Storage cannot answer just now; try again.", RetryAfterSeconds: 2);
    internal static readonly Problem PurgeUnfinished = new(503, "unavailable", "A shard has no owner just now, or could not keep it: what was cancelled stays so; ask again.", RetryAfterSeconds: 2);
    internal static readonly Problem Stopping = new(503, "stopping", "This server is about to stop; try again, at another.", RetryAfterSeconds: 2);
    internal static readonly Problem TenantFull = new(429, "too_many_waiting", "Too many messages of this tenant wait; try again when some have left.", RetryAfterSeconds: 5);

    internal static readonly Problem TenantDeleting = new(409, "tenant_deleting", "This tenant is being deleted; when GET answers 404 the name is free again.");
    internal static readonly Problem OwnKey = new(409, "own_key", "A key cannot remove itself: call with another, so that nobody is locked out.");
    internal static readonly Problem FixedKey = new(409, "fixed_key", "This key cannot be removed: start with another Operator:Key, which counts in place of it.");

    /// <param name="has">The caller's role.</param>
    /// <param name="need">What the call takes.</param>
    internal static Problem Forbidden(Role has, Permission need) => new(
        403, "forbidden", $"This key's role is {Permissions.WordOf(has)}; this call is for {string.Join(", ", Enum.GetValues<Role>().Where(role => role.Allows(need)).Select(Permissions.WordOf))}.");

    /// <param name="allowed">The <c>Allow</c> header's methods.</param>
    internal static Problem MethodNotAllowed(string allowed) => new(405, "method_not_allowed", $"This path does not take this method: use {allowed}.");

    /// <param name="bytesMax">The most that is allowed; null: not known here.</param>
    internal static Problem BodyTooLarge(long? bytesMax) => new(
        413, "too_large", string.Create(CultureInfo.InvariantCulture, $"The body is larger than what is allowed here{(bytesMax is { } max ? $", {max} bytes" : "")}: send less at once."));

    /// <param name="predicate">What is said of the body: <c>is …</c>.</param>
    internal static Problem MalformedJson(string predicate) => new(400, "malformed_json", $"The body {predicate}.");

    /// <param name="field">The field.</param>
    /// <param name="predicate">What is said of it: <c>is …</c>, <c>has …</c>.</param>
    internal static Problem InvalidValue(string field, string predicate) => new(400, "invalid_value", $"{field} {predicate}.", field);

    /// <summary>A message that cannot be cancelled any more, and which it was.</summary>
    internal static Problem AlreadyLeft(MessageStatus status) => new(409, "already_left", status switch
    {
        MessageStatus.Delivered or MessageStatus.Read => "The message was delivered: it cannot be cancelled any more.",
        MessageStatus.Undelivered => "The message left and was not delivered: there is nothing to cancel any more.",
        MessageStatus.Expired or MessageStatus.Rejected => "The message has ended: there is nothing to cancel any more.",
        _ => "The message has left: its provider has it or is just taking it, it cannot be cancelled any more.",
    })
    {
        MessageStatus = WireNames.Of(status),
    };

    internal static Problem Of(RouteFault fault) => InvalidValue(fault.Field, fault.Predicate);

    internal static Problem Of(SettingsFault fault) => new(400, fault.NotAvailable ? "not_available" : "invalid_value", $"{fault.Detail}.", fault.Field);

    internal static Problem TakenBy(SettingsFault fault) => new(409, "taken", $"{fault.Detail}.", fault.Field);

    internal static Problem UnknownField(string field, IEnumerable<string> known)
    {
        string shown = Problem.Shown(field);
        return new(400, "unknown_field", $"{shown} is not known here; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}.", shown);
    }

    internal static Problem DuplicateField(string field) => new(400, "duplicate_field", $"{field} stands twice: keep one.", field);

    internal static Problem MissingField(string field) => new(400, "missing_field", $"{field} is needed.", field);

    internal static Problem NotAvailable(string field) => new(400, "not_available", $"{field} is not available in this version: leave it out.", field);

    /// <param name="name">The parameter.</param>
    /// <param name="predicate">As for <see cref="InvalidValue"/>.</param>
    internal static Problem InvalidParameter(string name, string predicate) => new(400, "invalid_parameter", $"{name} {predicate}.", name);

    internal static Problem InvalidName(string parameter) => InvalidParameter(parameter, SettingsNames.Predicate);
}
