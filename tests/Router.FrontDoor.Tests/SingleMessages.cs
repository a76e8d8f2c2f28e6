using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>POST /v1/messages</c> with one message.</summary>
public sealed class SingleMessages
{
    [Fact]
    public async Task A_message_is_accepted_with_its_id_and_conversation()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        Assert.Equal(202, answer.Status);
        Assert.Equal("application/json", answer.Type);
        Assert.Equal(["id", "status", "conversation"], answer.Json.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("accepted", answer.Json.GetProperty("status").GetString());
        Assert.Equal(1, door.Journal.Store.MessageCount);
    }
}
