using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Access;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary><c>/admin/shards</c>: where each shard is and what waits there (DESIGN §6). Cold.</summary>
internal sealed class ShardEndpoints(IAdministration administration)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("GET", "/admin/shards", Permission.OperatorRead, ListAsync);

    private async Task ListAsync(HttpContext context) => await JsonAnswer.WriteListAsync(context, await administration.ShardsAsync(context.RequestAborted), static (json, shard) =>
    {
        json.WriteStartObject();
        json.WriteNumber("shard"u8, shard.Shard);
        json.WriteString("silo"u8, shard.Silo);
        json.WriteNumber("epoch"u8, shard.Epoch);
        json.WriteNumber("waiting"u8, shard.Waiting);
        json.WriteEndObject();
    });
}
