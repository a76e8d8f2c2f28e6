using System.Text;
using System.Text.Json;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Messages from end users as tenants see them, and dead letters as the operator does.</summary>
public sealed class InboundTests
{
    private const string Person = "+393331234567";

    [Fact]
    public async Task An_inbound_message_shows_its_direction_and_who_sent_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/carrier", """{"kind":"loopback","channels":["sms"],"settings":{}}""", "operator");
        MessageId id = await ReceiveAsync(door, "Ciao \"amici\"\n", provider: 1);
        Answer answer = await door.SendAsync("GET", $"/v1/messages/{id}");
        JsonElement message = answer.Json;
        Assert.Equal(
            ("inbound", "sms:" + Person, "+39300", "Ciao \"amici\"\n", "delivered", "service"),
            (Word(message, "direction"), Word(message, "from"), Word(message, "to"), Word(message.GetProperty("content"), "text"), Word(message, "status"), Word(message, "purpose")));
        JsonElement step = Assert.Single(message.GetProperty("events").EnumerateArray());
        Assert.Equal(("delivered", "carrier"), (Word(step, "status"), Word(step, "provider")));

        Assert.Equal(id.ToString(), Word(Assert.Single((await door.SendAsync("GET", $"/v1/messages?conversation={Word(message, "conversation")}")).Json.GetProperty("items").EnumerateArray()), "id"));
        Assert.Equal(404, (await door.SendAsync("GET", $"/v1/messages/{id}", role: "other")).Status);
        door.Shards.Cancel = Engine.Shards.CancelOutcome.NotFound;
        (await door.SendAsync("DELETE", $"/v1/messages/{id}")).IsProblem(409, "already_left");
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_only_operators_read_them()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        MessageId first = await ReceiveAsync(door, "one", "+39999", tenant: 0);
        MessageId second = await ReceiveAsync(door, "two", "+39998", tenant: 0);
        Answer answer = await door.SendAsync("GET", "/admin/deadletters?limit=1", role: "operator");
        JsonElement letter = Assert.Single(answer.Json.GetProperty("items").EnumerateArray());
        Assert.Equal(
            (second.ToString(), "unknown_number", "sms", "+39998", "sms:" + Person, "two"),
            (Word(letter, "id"), Word(letter, "reason"), Word(letter, "channel"), Word(letter, "to"), Word(letter, "from"), Word(letter.GetProperty("content"), "text")));

        answer = await door.SendAsync("GET", $"/admin/deadletters?limit=1&after={Word(answer.Json, "next")}", role: "support");
        letter = Assert.Single(answer.Json.GetProperty("items").EnumerateArray());
        Assert.Equal((first.ToString(), "+39999"), (Word(letter, "id"), Word(letter, "to")));
        Assert.False(letter.TryGetProperty("from", out _));
        Assert.False(letter.TryGetProperty("content", out _));
        Assert.DoesNotContain(Person, answer.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await door.SendAsync("GET", $"/v1/messages/{first}")).Status);
    }

    [Fact]
    public async Task Dead_letters_are_replayed_by_id_or_all()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        MessageId first = await ReceiveAsync(door, "one", "+39999", tenant: 0);
        await ReceiveAsync(door, "two", "+39998", tenant: 0);
        await ReceiveAsync(door, "three", "+39998", tenant: 0);
        await ReplayAsync(door, $$"""{"ids":["{{first}}"]}""", replayed: 0, left: 1);
        door.Letters.Number = "+39999";
        await ReplayAsync(door, $$"""{"ids":["{{first}}"]}""", replayed: 1, left: 0);
        await ReplayAsync(door, $$"""{"ids":["{{first}}"]}""", replayed: 0, left: 0);
        door.Letters.Number = "+39998";
        await ReplayAsync(door, "{}", replayed: 2, left: 0);
        Assert.Empty((await door.SendAsync("GET", "/admin/deadletters", role: "operator")).Json.GetProperty("items").EnumerateArray());

        MessageId not = await ReceiveAsync(door, "mine");
        (await door.SendAsync("POST", "/admin/deadletters/replay", $$"""{"ids":["{{first}}","{{not}}"]}""", "operator")).IsProblem(400, "invalid_value", "ids[1]");
        (await door.SendAsync("POST", "/admin/deadletters/replay", "{}", "support")).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_sender_or_a_word_of_another_tenant_is_refused_by_field()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        const string Words = """{"name":"Acme","senders":["+39300"],"stop":"all","keywords":[{"word":"Pizza","match":"prefix","number":"48500","action":"none","reply":"It is coming"}]}""";
        Answer answer = await door.SendAsync("PUT", "/admin/tenants/acme", Words, "operator");
        Assert.Equal(200, answer.Status);
        Assert.Equal(("all", "Pizza"), (Word(answer.Json, "stop"), Word(answer.Json.GetProperty("keywords")[0], "word")));

        await RefusedAsync("""{"name":"Other","senders":["+39301","39300"]}""", "senders[1]");
        await RefusedAsync("""{"name":"Other","senders":["+48500"]}""", "senders[0]");
        await RefusedAsync("""{"name":"Other","keywords":[{"word":"x","number":"39300"}]}""", "keywords[0].number");
        await RefusedAsync("""{"name":"Other","keywords":[{"word":"taxi","number":"48500"},{"word":"PIZZA","number":"48500"}]}""", "keywords[1].word");
        Assert.Equal(200, (await door.SendAsync("PUT", "/admin/tenants/other", """{"name":"Other","keywords":[{"word":"taxi","number":"48500"}]}""", "operator")).Status);
        Assert.Equal(200, (await door.SendAsync("PUT", "/admin/tenants/acme", Words, "operator")).Status); // its own

        async Task RefusedAsync(string body, string field) => (await door.SendAsync("PUT", "/admin/tenants/other", body, "operator")).IsProblem(409, "taken", field);
    }

    private static string? Word(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static Task<MessageId> ReceiveAsync(TestDoor door, string text, string own = "+39300", int tenant = 1, int provider = 0)
    {
        ContactId contact = door.Hash.Contact(tenant, Channel.Sms, Encoding.UTF8.GetBytes(Person));
        return door.Shards.ReceiveAsync(contact, Person, own, text, tenant, provider);
    }

    private static async Task ReplayAsync(TestDoor door, string body, int replayed, int left)
    {
        Answer answer = await door.SendAsync("POST", "/admin/deadletters/replay", body, "operator");
        Assert.Equal((200, replayed, left), (answer.Status, answer.Json.GetProperty("replayed").GetInt32(), answer.Json.GetProperty("left").GetInt32()));
    }
}
