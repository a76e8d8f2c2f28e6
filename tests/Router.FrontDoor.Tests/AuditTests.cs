using System.Text.Json;
using Router.Core.Tenants;
using Router.Engine.Audit;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>The log of changes as it is read, and what stands in it (R6.3).</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task A_line_tells_who_did_what_to_which_thing_from_where()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string id = (await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""", headers: ("X-Forwarded-For", "203.0.113.9"))).Json.GetProperty("id").GetString()!;

        Answer answer = await door.SendAsync("GET", "/admin/audit", role: "support");

        Assert.Equal(
            $$"""{"items":[{"at":"2026-03-01T12:00:00.000Z","actor":"id-owner","role":"owner","action":"keys.post","tenant":"acme","object":"{{id}}","from":"127.0.0.1","result":"done"}]}""",
            answer.Text);
    }

    [Fact]
    public async Task A_contact_stands_there_by_its_keyed_id_the_same_for_flags_consents_and_zones_and_another_for_another_tenant()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", """{"blocked":true}""");
        await door.SendAsync("POST", "/v1/consents", """{"address":"sms:+393331234567","purpose":"service","state":"granted","source":"form"}""");
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567", """{"timeZone":"UTC"}""");
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", """{"blocked":true}""", "other");

        string[] objects = [.. door.Audit.Entries.Select(static e => e.Object)];

        Assert.Matches("^contact:[0-9a-f]{24}$", objects[0]);
        Assert.Equal(objects[0], objects[1]);
        Assert.Equal(objects[0], objects[2]);
        Assert.NotEqual(objects[0], objects[3]);
    }

    [Fact]
    public async Task A_tenant_reads_its_own_by_number_and_not_by_name_and_of_the_operator_neither_key_nor_place()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/tenants/acme", """{"name":"A"}""", "operator");
        await door.SendAsync("PUT", "/admin/tenants/other", """{"name":"B"}""", "operator");
        await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", "operator");

        // Of a tenant that had this name before.
        await door.Audit.AppendAsync(door.Audit.Entries[0] with { Tenant = 77, Action = "of.another" });

        Answer answer = await door.SendAsync("GET", "/v1/audit", role: "auditor");

        Assert.Equal("""{"items":[{"at":"2026-03-01T12:00:00.000Z","actor":"operator","role":"operator","action":"tenants.put","tenant":"acme","result":"done"}]}""", answer.Text);
        Assert.Equal(2, (await door.SendAsync("GET", "/admin/audit?tenant=acme", role: "operator")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Pages_lead_to_the_end_and_their_positions_are_the_callers_own()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""");
        }

        List<string> seen = [];
        string path = "/v1/audit?limit=2";
        string? next = null;
        do
        {
            JsonElement page = (await door.SendAsync("GET", next is null ? path : $"{path}&after={next}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("object").GetString()!));
            next = page.TryGetProperty("next", out JsonElement found) ? found.GetString() : null;
            if (next is not null)
            {
                (await door.SendAsync("GET", $"{path}&after={next}", role: "other")).IsProblem(400, "invalid_cursor");
                (await door.SendAsync("GET", $"/admin/audit?after={next}", role: "operator")).IsProblem(400, "invalid_cursor");
            }
        }
        while (next is not null);

        Assert.Equal(door.Audit.Entries.Select(static e => e.Object).Reverse(), seen);
    }

    [Fact]
    public async Task Filters_choose()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", "operator");
        door.Time.Advance(TimeSpan.FromHours(1));
        await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""");

        Assert.Equal(["routes.put"], await ActionsAsync("action=routes.put"));
        Assert.Equal(["keys.post"], await ActionsAsync("actor=id-owner"));
        Assert.Equal(["keys.post"], await ActionsAsync("from=2026-03-01T13:00:00Z"));
        Assert.Equal(["routes.put"], await ActionsAsync("to=2026-03-01T13:00:00Z"));
        Assert.Empty(await ActionsAsync("tenant=nobody"));

        async Task<string[]> ActionsAsync(string query) =>
            [.. (await door.SendAsync("GET", "/admin/audit?" + query, role: "operator")).Json.GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("action").GetString()!)];
    }

    [Theory]
    [InlineData("tenant=-")]
    [InlineData("from=yesterday")]
    [InlineData("to=2026")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    public async Task A_wrong_parameter_is_named(string query)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/admin/audit?" + query, role: "operator")).IsProblem(400, "invalid_parameter", query.Split('=')[0]);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_a_line_that_says_that_nobody_knows()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.Unavailable = true;

        (await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", "operator")).IsProblem(503, "unavailable");

        AuditEntry line = Assert.Single(door.Audit.Entries);
        Assert.Equal(("routes.put", AuditResult.Unknown, Role.Operator), (line.Action, line.Result, line.Role));
    }

    [Fact]
    public async Task A_tenant_that_is_made_has_its_number_in_the_line()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        await door.SendAsync("PUT", "/admin/tenants/third", """{"name":"C"}""", "operator");

        AuditEntry line = Assert.Single(door.Audit.Entries);
        Assert.Equal((3, "third"), (line.Tenant, line.TenantName));
    }
}
