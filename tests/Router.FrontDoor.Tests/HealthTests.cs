using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>/healthz</c> and <c>/readyz</c>.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task It_is_alive_and_ready_without_a_key()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Assert.Equal(200, (await door.SendAsync("GET", "/healthz", role: null)).Status);
        Assert.Equal("""{"status":"ok"}""", (await door.SendAsync("GET", "/readyz", role: null)).Text);
    }

    [Fact]
    public async Task What_is_wrong_although_it_takes_traffic_is_told()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.Troubles = ["1 of 2 providers down"];

        Answer answer = await door.SendAsync("GET", "/readyz", role: null);

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"status":"ok","troubles":["1 of 2 providers down"]}""", answer.Text);
    }

    [Fact]
    public async Task Not_ready_is_503_with_the_reason()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.NotReadyBecause = "3 shards have no owner";

        Answer answer = await door.SendAsync("GET", "/readyz", role: null);

        Assert.Equal(503, answer.Status);
        Assert.Equal("3 shards have no owner", answer.Json.GetProperty("reason").GetString());
        Assert.Equal(200, (await door.SendAsync("GET", "/healthz", role: null)).Status);
    }
}
