using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/silos</c>: the processes of this cluster (DESIGN §6). Cold.</summary>
internal sealed class SiloEndpoints(IAdministration administration)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("GET", "/admin/silos", Permission.OperatorRead, ListAsync);

    private async Task ListAsync(HttpContext context) => await JsonAnswer.WriteListAsync(context, await administration.SilosAsync(context.RequestAborted), static (json, silo) =>
    {
        json.WriteStartObject();
        json.WriteString("silo"u8, silo.Silo);
        json.WriteString("status"u8, silo.Status);
        json.WriteBoolean("answers"u8, silo.Answers);
        json.WriteNumber("shards"u8, silo.Shards);
        json.WriteNumber("waiting"u8, silo.Waiting);
        json.WriteNumber("inFlight"u8, silo.Providers.Sum(static p => p.InFlight));
        json.WriteEndObject();
    });
}
