using Router.Core.Messages;
using Router.Engine.Journal;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary>Balances, top-ups and usage.</summary>
public sealed class CreditAndUsageTests
{
    [Fact]
    public async Task A_balance_is_set_shown_as_it_stands_topped_up_once_a_reference_and_taken_away()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.Committed = 7_000_000;

        Answer put = await door.SendAsync("PUT", "/admin/tenants/acme", """{"name":"A","balance":10.5,"prices":{"sms":0.04}}""", "operator");
        Assert.Equal("10.5", Balance(put));
        Assert.Equal("""{"sms":0.04}""", put.Json.GetProperty("prices").GetRawText());
        door.Administration.Committed += 40_000;
        Assert.Equal("10.46", Balance(await door.SendAsync("GET", "/admin/tenants/acme", role: "support")));

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("12.46", Balance(await door.SendAsync("POST", "/admin/tenants/acme/credit", """{"amount":2,"reference":"r1"}""", "operator")));
        }

        (await door.SendAsync("POST", "/admin/tenants/acme/credit", """{"amount":3,"reference":"r1"}""", "operator")).IsProblem(409, "reference_used", "reference");
        (await door.SendAsync("POST", "/admin/tenants/nobody/credit", """{"amount":3,"reference":"r1"}""", "operator")).IsProblem(404, "not_found");
        Answer none = await door.SendAsync("PUT", "/admin/tenants/acme", """{"name":"A","prices":{"sms":0.04}}""", "operator");
        Assert.False(none.Json.TryGetProperty("balance", out _));
        (await door.SendAsync("POST", "/admin/tenants/acme/credit", """{"amount":3,"reference":"r2"}""", "operator")).IsProblem(409, "not_charged");
    }

    [Theory]
    [InlineData("{}", "missing_field", "amount")]
    [InlineData("""{"amount":1}""", "missing_field", "reference")]
    [InlineData("""{"amount":0,"reference":"r"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":-1,"reference":"r"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":0.0000001,"reference":"r"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":1000000001,"reference":"r"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":"1","reference":"r"}""", "invalid_value", "amount")]
    [InlineData("""{"amount":1,"reference":""}""", "invalid_value", "reference")]
    [InlineData("""{"amount":1,"reference":"r","x":1}""", "unknown_field", "x")]
    public async Task A_wrong_top_up_adds_nothing(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/tenants/acme", """{"name":"A","balance":1}""", "operator");

        (await door.SendAsync("POST", "/admin/tenants/acme/credit", body, "operator")).IsProblem(400, code, field);
        Assert.Equal("1", Balance(await door.SendAsync("GET", "/admin/tenants/acme", role: "operator")));
    }

    [Fact]
    public async Task Usage_is_told_by_day_as_json_and_csv_and_a_tenant_sees_its_own_only()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/p", """{"kind":"loopback","channels":["sms"]}""", "operator");
        Add(door, 1, 1, Some.NowMs, EntryKind.SegmentSent);
        Add(door, 1, 1, Some.NowMs, EntryKind.Status);
        Add(door, 1, 1, Some.NowMs - 86_400_000, EntryKind.Status); // the month before
        Add(door, 2, 9, Some.NowMs, EntryKind.Status);

        const string Mine = """{"day":"2026-03-01","tenant":"acme","channel":"sms","provider":"p","messages":1,"segments":2,"received":0,"cost":0.08}""";
        const string Others = """{"day":"2026-03-01","tenant":"other","channel":"sms","provider":"#9","messages":1,"segments":1,"received":0,"cost":0.04}""";
        const string Before = """{"day":"2026-02-28","tenant":"acme","channel":"sms","provider":"p","messages":1,"segments":1,"received":0,"cost":0.04}""";
        Assert.Equal($$"""{"items":[{{Mine}},{{Others}}]}""", (await door.SendAsync("GET", "/admin/usage", role: "support")).Text);
        Assert.Equal($$"""{"items":[{{Mine}}]}""", (await door.SendAsync("GET", "/admin/usage?tenant=acme", role: "support")).Text);
        Assert.Equal($$"""{"items":[{{Mine}}]}""", (await door.SendAsync("GET", "/v1/usage", role: "auditor")).Text);
        Assert.Equal($$"""{"items":[{{Before}},{{Mine}}]}""", (await door.SendAsync("GET", "/v1/usage?from=2026-02-01&to=2026-03-01&format=json")).Text);
        Answer csv = await door.SendAsync("GET", "/admin/usage?format=csv", role: "operator");
        Assert.Equal("text/csv", csv.Type);
        Assert.Equal("day,tenant,channel,provider,messages,segments,received,cost\r\n2026-03-01,acme,sms,p,1,2,0,0.08\r\n2026-03-01,other,sms,#9,1,1,0,0.04\r\n", csv.Text);
    }

    [Theory]
    [InlineData("?from=2026-3-1", "from")]
    [InlineData("?to=yesterday", "to")]
    [InlineData("?from=2026-03-02&to=2026-03-01", "from")]
    [InlineData("?from=2025-01-01&to=2026-03-01", "from")]
    [InlineData("?format=xml", "format")]
    [InlineData("?tenant=nobody", "tenant")]
    public async Task A_wrong_question_names_the_parameter(string query, string parameter)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/admin/usage" + query, role: "operator")).IsProblem(400, "invalid_parameter", parameter);
    }

    private static string Balance(Answer answer) => answer.Json.GetProperty("balance").GetRawText();

    private static void Add(TestDoor door, int tenant, int provider, long atMs, EntryKind kind) => ((MemoryUsage)door.Journal.Usage).Add(new JournalEntry
    {
        Kind = kind, Status = kind == EntryKind.Status ? MessageStatus.Sent : MessageStatus.None, Tenant = tenant, Provider = provider, AtMs = atMs, Channel = Channel.Sms, Price = 40_000,
    });
}
