using System.Text.Json;
using Router.Core.Messages;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary><c>/admin/queues</c>.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task Queues_are_listed_by_name_with_the_age_of_the_oldest()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/p", """{"kind":"loopback","channels":["sms"]}""", "operator");
        door.Shards!.Queues =
        [
            new QueueState { Tenant = 1, Provider = 1, Purpose = Purpose.Otp, Priority = Priority.High, Ready = 3, Deferred = 2, UnderWay = 1, OldestMs = Some.NowMs - 61_500 },
            new QueueState { Tenant = 2, Provider = 0, Purpose = Purpose.Marketing, Priority = Priority.Low, Deferred = 1 },
        ];

        JsonElement items = (await door.SendAsync("GET", "/admin/queues", role: "support")).Json.GetProperty("items");

        Assert.Equal("""{"tenant":"acme","provider":"p","purpose":"otp","priority":"high","waiting":3,"deferred":2,"underWay":1,"oldestSeconds":61}""", items[0].GetRawText());
        Assert.Equal("""{"tenant":"other","provider":null,"purpose":"marketing","priority":"low","waiting":0,"deferred":1,"underWay":0}""", items[1].GetRawText());
    }

    [Fact]
    public async Task A_purge_says_what_it_cancelled_and_503_when_a_shard_could_not()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/p", """{"kind":"loopback","channels":["sms"]}""", "operator");
        door.Shards!.Queues = [new QueueState { Tenant = 1, Provider = 1, Purpose = Purpose.Otp, Priority = Priority.High, Ready = 3, Deferred = 2 }];

        Answer purged = await door.SendAsync("DELETE", "/admin/queues?tenant=other&provider=p&purpose=marketing", role: "operator");
        Assert.Equal((200, """{"cancelled":5}"""), (purged.Status, purged.Text));
        Assert.Equal([new PurgeFilter(2, 1, Purpose.Marketing)], door.Shards.Purges);

        door.Shards.PurgeFails = true;
        Answer failed = await door.SendAsync("DELETE", "/admin/queues?tenant=other", role: "operator");
        failed.IsProblem(503, "unavailable");
        Assert.Equal("2", failed.Headers["Retry-After"]);
    }

    [Theory]
    [InlineData("", "tenant")]
    [InlineData("?tenant=nobody", "tenant")]
    [InlineData("?provider=nobody", "provider")]
    [InlineData("?purpose=fun", "purpose")]
    [InlineData("?tenant=", "tenant")]
    public async Task A_wrong_filter_purges_nothing(string query, string parameter)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("DELETE", "/admin/queues" + query, role: "operator")).IsProblem(400, "invalid_parameter", parameter);
        Assert.Empty(door.Shards!.Purges);
    }
}
