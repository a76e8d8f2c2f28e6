using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/queues</c>: what waits, by tenant, provider, purpose and priority; and cancelling it (DESIGN §6). Cold.</summary>
internal sealed class QueueEndpoints(IAdministration administration, IShards shards, TimeProvider time)
{
    private static readonly Problem NoFilter = new(400, "invalid_parameter", "Name at least one of tenant, provider and purpose: everything is never meant.", "tenant");

    internal void Map(Endpoints endpoints)
    {
        endpoints.Map("GET", "/admin/queues", Permission.OperatorRead, ListAsync, "tenant", "provider", "purpose");
        endpoints.Map("DELETE", "/admin/queues", Permission.OperatorManage, PurgeAsync, "tenant", "provider", "purpose");
    }

    private async Task ListAsync(HttpContext context)
    {
        if (ReadFilter(context.Request.Query, out PurgeFilter filter) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        IReadOnlyList<QueueState> queues = (await shards.QueuesAsync(filter, context.RequestAborted)).Queues;
        await JsonAnswer.WriteAsync(context, 200, queues, Write);
    }

    private async Task PurgeAsync(HttpContext context)
    {
        if ((ReadFilter(context.Request.Query, out PurgeFilter filter) ?? (filter == default ? NoFilter : null)) is { } problem)
        {
            await ProblemResponse.WriteAsync(context, problem);
            return;
        }

        if (await shards.PurgeAsync(filter, context.RequestAborted) is not { } cancelled)
        {
            await ProblemResponse.WriteAsync(context, KnownProblems.PurgeUnfinished);
            return;
        }

        await JsonAnswer.WriteAsync(context, 200, cancelled, static (json, count) =>
        {
            json.WriteStartObject();
            json.WriteNumber("cancelled"u8, count);
            json.WriteEndObject();
        });
    }

    private Problem? ReadFilter(IQueryCollection query, out PurgeFilter filter)
    {
        filter = default;
        if (query["tenant"] is [{ } tenant])
        {
            if (administration.Current.FindTenant(tenant) is not { } found)
            {
                return KnownProblems.InvalidParameter("tenant", $"is '{Problem.Shown(tenant)}': there is no such tenant");
            }

            filter = filter with { Tenant = found.Number };
        }

        if (query["provider"] is [{ } provider])
        {
            if (administration.Current.FindProvider(provider) is not { } found)
            {
                return KnownProblems.InvalidParameter("provider", $"is '{Problem.Shown(provider)}': there is no such provider");
            }

            filter = filter with { Provider = found.Number };
        }

        if (query["purpose"] is [{ } purpose])
        {
            if (!WireNames.TryParse(Encoding.UTF8.GetBytes(purpose), out Purpose found))
            {
                return KnownProblems.InvalidParameter("purpose", $"is '{Problem.Shown(purpose)}', not otp, transactional, service or marketing");
            }

            filter = filter with { Purpose = found };
        }

        return null;
    }

    private void Write(Utf8JsonWriter json, IReadOnlyList<QueueState> queues)
    {
        Configuration configuration = administration.Current;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (QueueState queue in queues)
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, configuration.FindTenant(queue.Tenant)?.Name);
            json.WriteString("provider"u8, configuration.ProviderName(queue.Provider));
            json.WriteString("purpose"u8, WireNames.Of(queue.Purpose));
            json.WriteString("priority"u8, WireNames.Of(queue.Priority));
            json.WriteNumber("waiting"u8, queue.Ready);
            json.WriteNumber("deferred"u8, queue.Deferred);
            json.WriteNumber("underWay"u8, queue.UnderWay);
            if (queue.Ready > 0)
            {
                json.WriteNumber("oldestSeconds"u8, Math.Max(0, nowMs - queue.OldestMs) / 1_000);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
