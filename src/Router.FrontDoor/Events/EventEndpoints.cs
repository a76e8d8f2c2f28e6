using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.FrontDoor.Access;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Events;

/// <summary><c>GET /v1/events</c> (DESIGN §6): from <c>Last-Event-ID</c> on, else from now on.</summary>
internal sealed class EventEndpoints(EventStreamServices services)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("GET", "/v1/events", Permission.TenantRead, GetAsync);

    private Task GetAsync(HttpContext context, Tenant tenant)
    {
        LogPosition position = services.Journal.Events.End;
        if (context.Request.Headers.TryGetValue("Last-Event-ID", out StringValues given) && given is not [""])
        {
            if (given is not [{ } text] || !Cursor.TryReadLog(services.Hash, tenant.Number, text, out position))
            {
                return ProblemResponse.WriteAsync(context, KnownProblems.InvalidCursor);
            }

            if (position < services.Journal.Events.Begin)
            {
                return ProblemResponse.WriteAsync(context, KnownProblems.CursorExpired);
            }
        }

        return new EventStream(context, services, tenant).RunAsync(position);
    }
}
