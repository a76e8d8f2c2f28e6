using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Router.Core.Events;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Access;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Events;

/// <summary><c>GET /v1/events?types=&amp;conversation=</c> (DESIGN §6): from <c>Last-Event-ID</c> on, else from now on.</summary>
internal sealed class EventEndpoints(EventStreamServices services)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("GET", "/v1/events", Permission.TenantRead, GetAsync, "types", "conversation");

    private Task GetAsync(HttpContext context, Tenant tenant)
    {
        LogPosition position = services.Journal.Events.End;
        if (context.Request.Headers.TryGetValue("Last-Event-ID", out StringValues given) && given is not [""])
        {
            if (given is not [{ } text] || !Cursor.TryReadLog(services.Hash, tenant.Number, text, out position))
            {
                return ProblemResponse.WriteAsync(context, KnownProblems.InvalidEventPosition);
            }

            if (position < services.Journal.Events.Begin)
            {
                return ProblemResponse.WriteAsync(context, KnownProblems.CursorExpired);
            }
        }

        return ReadQuery(context.Request.Query, out EventFilter filter, out ConversationId? conversation) is { } problem
            ? ProblemResponse.WriteAsync(context, problem)
            : new EventStream(context, services, tenant, filter, conversation).RunAsync(position);
    }

    private static Problem? ReadQuery(IQueryCollection query, out EventFilter filter, out ConversationId? conversation)
    {
        filter = EventFilter.All;
        conversation = null;
        if (query["types"] is [{ } types] && !EventFilter.TryParse(types.Split(','), out filter, out string wrong))
        {
            return KnownProblems.InvalidParameter("types", $"has '{Problem.Shown(wrong)}': give, with commas between them, {EventFilter.Rule}");
        }

        if (query["conversation"] is [{ } text])
        {
            if (!ConversationId.TryParse(text, out ConversationId read))
            {
                return KnownProblems.InvalidParameter("conversation", "is not the id of a conversation");
            }

            conversation = read;
        }

        return null;
    }
}
