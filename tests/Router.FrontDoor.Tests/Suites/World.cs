using System.Text.Json;
using Router.FrontDoor.Positions;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>
/// One tenant with one thing of each kind, all of which bear the tenant's mark. Who adds an endpoint adds here what its path needs, and to <see cref="Traces"/> what must
/// not be seen from outside.
/// </summary>
internal sealed record World(string Tenant, string Role, string Mark, string Address)
{
    /// <summary>A message that was accepted.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Its conversation.</summary>
    public string Conversation { get; private set; } = "";

    /// <summary>The id of a key of the tenant that nobody calls with.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The name of one of its templates.</summary>
    public string Template => "template-" + Mark;
    /// <summary>A webhook of the tenant, not enabled.</summary>
    public string Webhook => "hook-" + Mark;

    /// <summary>A position in the tenant's events.</summary>
    public string Position { get; private set; } = "";

    /// <summary>What tells that something is this tenant's.</summary>
    public IEnumerable<string> Traces => [Mark, Message, Conversation, Key, Address["sms:+".Length..]];

    public static async Task<(World Own, World Foreign)> MakeAsync(TestDoor door)
    {
        var own = new World("acme", "owner", "mark-of-acme-61", "sms:+393331110001");
        var foreign = new World("other", "other", "mark-of-other-74", "sms:+393332220002");
        await PutAsync(door, "PUT", "/admin/providers/p", """{"kind":"loopback","channels":["sms"]}""", "operator");
        await own.FurnishAsync(door);
        await foreign.FurnishAsync(door);
        return (own, foreign);
    }

    private async Task FurnishAsync(TestDoor door)
    {
        await PutAsync(door, "PUT", $"/admin/tenants/{Tenant}", $$"""{"name":"{{Mark}}","senders":["{{(Tenant == "acme" ? "+39300" : "+39301")}}","{{Mark[^11..]}}"],"balance":100}""", "operator");
        Key = (await PutAsync(door, "POST", $"/admin/tenants/{Tenant}/keys", """{"role":"agent"}""", "operator")).GetProperty("id").GetString()!;
        JsonElement message = await PutAsync(
            door, "POST", "/v1/messages", $$$"""{"to":"{{{Address}}}","purpose":"service","content":{"type":"text","text":"{{{Mark}}}"},"reference":"{{{Mark}}}","metadata":{"mark":"{{{Mark}}}"}}""", Role);
        Message = message.GetProperty("id").GetString()!;
        Conversation = message.GetProperty("conversation").GetString()!;
        await PutAsync(door, "PUT", $"/v1/templates/{Template}/en", $$"""{"text":"{{Mark}}"}""", Role);
        await PutAsync(door, "POST", $"/v1/conversations/{Conversation}/assign", $$"""{"agent":"{{Mark}}"}""", Role);
        await PutAsync(door, "PUT", $"/v1/webhooks/{Webhook}", $$"""{"url":"https://hooks.example.com/{{Mark}}","events":["*"],"enabled":false}""", Role);
        byte[] position = new byte[Cursor.Length];
        Cursor.WriteLog(door.Hash, door.Administration.Current.FindTenant(Tenant)!.Number, door.Journal.Events.Begin, position);
        Position = System.Text.Encoding.ASCII.GetString(position);
        await PutAsync(door, "PUT", $"/v1/contacts/{Address}/flags", """{"minor":true}""", Role);
    }

    private static async Task<JsonElement> PutAsync(TestDoor door, string method, string path, string body, string role)
    {
        Answer answer = await door.SendAsync(method, path, body, role);
        Assert.True(answer.Status is 200 or 201 or 202, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer.Json;
    }
}
