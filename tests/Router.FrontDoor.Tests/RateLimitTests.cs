using Router.Core.Tenants;
using Router.Engine.Shards;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>RateLimit</c> and <c>RateLimit-Policy</c> on answers of <c>POST /v1/messages</c>.</summary>
public sealed class RateLimitTests
{
    [Theory]
    [InlineData(1_000_000, null, 0, "\"waiting\";q=1000000", "\"waiting\";r=1000000")]
    [InlineData(100, null, 40, "\"waiting\";q=100", "\"waiting\";r=60")]
    [InlineData(100, null, 130, "\"waiting\";q=100", "\"waiting\";r=0;t=5")]
    [InlineData(100, 10, 0, "\"waiting\";q=100, \"per-second\";q=10;w=1", "\"waiting\";r=100, \"per-second\";r=10;t=1")]
    [InlineData(100, 10, 4, "\"waiting\";q=100, \"per-second\";q=10;w=1", "\"waiting\";r=96, \"per-second\";r=6;t=1")]
    [InlineData(100, 10, 35, "\"waiting\";q=100, \"per-second\";q=10;w=1", "\"waiting\";r=65, \"per-second\";r=0;t=4")]
    public async Task What_is_left_is_told(long most, int? perSecond, long waiting, string policy, string left)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.Administration.PutTenantAsync("acme", new TenantSettings { Name = "Acme", Limits = new TenantLimits { Waiting = most, PerSecond = perSecond } }, TestContext.Current.CancellationToken);
        door.Shards.Waiting = waiting;

        foreach (Answer answer in new[]
        {
            await door.SendAsync("POST", "/v1/messages", TestDoor.Body()),
            await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("Prefer", "wait=1")),
            await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), type: "application/x-ndjson"),
        })
        {
            Assert.True(answer.Status < 300, answer.Text);
            Assert.Equal((policy, left), (answer.Headers["RateLimit-Policy"], answer.Headers["RateLimit"]));
        }
    }

    [Fact]
    public async Task A_refusal_for_too_many_waiting_tells_it_too_and_other_refusals_do_not()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Waiting = 1_000_000;
        door.Shards.Refuse = static _ => Intake.TenantFull;
        Answer full = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());
        full.IsProblem(429, "too_many_waiting");
        Assert.Equal(("\"waiting\";r=0;t=5", "5"), (full.Headers["RateLimit"], full.Headers["Retry-After"]));
        Assert.DoesNotContain("RateLimit", (await door.SendAsync("POST", "/v1/messages", "{}")).Headers.Keys);
        Assert.DoesNotContain("RateLimit", (await door.SendAsync("GET", "/v1/messages")).Headers.Keys);
    }

    [Fact]
    public async Task Figures_follow_the_waiting_and_the_settings()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        Assert.Equal("\"waiting\";r=1000000", await LeftAsync(door));
        door.Shards.Waiting = 1;
        Assert.Equal("\"waiting\";r=999999", await LeftAsync(door));
        await door.Administration.PutTenantAsync("acme", new TenantSettings { Name = "Acme", Limits = new TenantLimits { Waiting = 2 } }, TestContext.Current.CancellationToken);
        Assert.Equal("\"waiting\";r=1", await LeftAsync(door));
    }

    private static async Task<string> LeftAsync(TestDoor door) => (await door.SendAsync("POST", "/v1/messages", TestDoor.Body())).Headers["RateLimit"];
}
