using System.Text.Json;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;
using Router.Grains.Administration;

namespace Router.FrontDoor.Tests;

/// <summary>The operator's endpoints.</summary>
public sealed class AdministrationTests
{
    private const string Tenant = """
        {"name":"Acme Srl","senders":["+39302","Acme Srl","a@example.com"],"limits":{"perSecond":10,"perChannel":{"sms":5},"perSender":3,"perRecipient":{"count":2,"windowSeconds":60},"waiting":1000}}
        """;

    [Fact]
    public async Task A_tenant_is_made_shown_and_replaced()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer made = await door.SendAsync("PUT", "/admin/tenants/acme-2", Tenant, "operator");
        Answer shown = await door.SendAsync("GET", "/admin/tenants/acme-2", role: "operator");
        Answer replaced = await door.SendAsync("PUT", "/admin/tenants/acme-2", "{\"name\":\"B\"}", "operator");

        Assert.Equal(200, made.Status);
        Assert.Equal(made.Text, shown.Text);
        Assert.Equal("{\"tenant\":\"acme-2\",\"name\":\"Acme Srl\",\"senders\":[\"+39302\",\"Acme Srl\",\"a@example.com\"],\"limits\":{\"perSecond\":10,\"perChannel\":{\"sms\":5},\"perSender\":3,\"perRecipient\":{\"count\":2,\"windowSeconds\":60},\"waiting\":1000}}", shown.Text);
        Assert.Equal("{\"tenant\":\"acme-2\",\"name\":\"B\",\"senders\":[],\"limits\":{\"waiting\":1000000}}", replaced.Text);
        (await door.SendAsync("GET", "/admin/tenants/nobody", role: "operator")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_tenant_that_is_being_deleted_is_shown_as_such_and_neither_opens_nor_changes()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer begun = await door.SendAsync("DELETE", "/admin/tenants/acme", role: "operator");

        Assert.Equal((202, """{"tenant":"acme","deleting":true}"""), (begun.Status, begun.Text));
        Assert.True((await door.SendAsync("GET", "/admin/tenants/acme", role: "operator")).Json.GetProperty("deleting").GetBoolean());
        (await door.SendAsync("GET", "/v1/messages")).IsProblem(401, "unauthorized");
        (await door.SendAsync("PUT", "/admin/tenants/acme", "{\"name\":\"B\"}", "operator")).IsProblem(409, "tenant_deleting");
        (await door.SendAsync("POST", "/admin/tenants/acme/keys", "{\"role\":\"owner\"}", "operator")).IsProblem(409, "tenant_deleting");
        Assert.Equal(202, (await door.SendAsync("DELETE", "/admin/tenants/acme", role: "operator")).Status);
        (await door.SendAsync("DELETE", "/admin/tenants/nobody", role: "operator")).IsProblem(404, "not_found");
        (await door.SendAsync("DELETE", "/admin/tenants/No%2Fname", role: "operator")).IsProblem(404, "not_found");
        Assert.Equal(200, (await door.SendAsync("GET", "/v1/messages", role: "other")).Status);
    }

    [Fact]
    public async Task A_key_of_a_tenant_that_is_being_deleted_opens_nothing_even_if_it_were_left()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string key = door.Keys["left"] = KeyText.New();
        await door.SendAsync("DELETE", "/admin/tenants/acme", role: "operator");
        door.Administration.Add(KeyText.Asked(key, Core.Tenants.Role.Owner) with { Id = "left", Tenant = 1 });

        (await door.SendAsync("GET", "/v1/messages", role: "left")).IsProblem(401, "unauthorized");
    }

    [Theory]
    [InlineData("Acme")]
    [InlineData("-acme")]
    [InlineData("a_b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_name_of_another_form_is_400(string name)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/admin/tenants/" + name, "{\"name\":\"A\"}", "operator")).IsProblem(400, "invalid_parameter", "tenant");
        (await door.SendAsync("PUT", "/admin/providers/" + name, """{"kind":"loopback","channels":["sms"]}""", "operator")).IsProblem(400, "invalid_parameter", "provider");
    }

    [Theory]
    [InlineData("{}", "missing_field", "name")]
    [InlineData("{\"name\":\"\"}", "invalid_value", "name")]
    [InlineData("{\"name\":\"A\",\"name\":\"B\"}", "duplicate_field", "name")]
    [InlineData("{\"name\":\"A\",\"n\\u0061me\":\"B\"}", "duplicate_field", "name")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perSecond\":1,\"perSecond\":2}}", "duplicate_field", "limits.perSecond")]
    [InlineData("{\"name\":\"A\",\"colour\":1}", "unknown_field", "colour")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perMinute\":1}}", "unknown_field", "limits.perMinute")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perSecond\":0}}", "invalid_value", "limits.perSecond")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perSecond\":1.5}}", "invalid_value", "limits.perSecond")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perSecond\":1e40}}", "invalid_value", "limits.perSecond")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perChannel\":{\"fax\":1}}}", "invalid_value", "limits.perChannel")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perChannel\":{\"sms\":\"1\"}}}", "invalid_value", "limits.perChannel.sms")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perRecipient\":{\"count\":1}}}", "missing_field", "limits.perRecipient.windowSeconds")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"perRecipient\":{\"count\":101,\"windowSeconds\":1}}}", "invalid_value", "limits.perRecipient.count")]
    [InlineData("{\"name\":\"A\",\"limits\":{\"waiting\":0}}", "invalid_value", "limits.waiting")]
    [InlineData("{\"name\":\"A\",\"senders\":\"x\"}", "invalid_value", "senders")]
    [InlineData("{\"name\":\"A\",\"senders\":[1]}", "invalid_value", "senders")]
    [InlineData("{\"name\":\"A\",\"senders\":[\"x\",\"x\"]}", "invalid_value", "senders[1]")]
    [InlineData("{\"name\":\"A\",\"senders\":[\"+0\"]}", "invalid_value", "senders[0]")]
    [InlineData("{\"name\":\"A\",\"region\":\"E U\"}", "invalid_value", "region")]
    [InlineData("{\"name\":\"A\",\"timeZone\":\"Mars/Olympus\"}", "invalid_value", "timeZone")]
    [InlineData("{\"name\":\"A\",\"timeZone\":1}", "invalid_value", "timeZone")]
    [InlineData("{\"name\":\"A\",\"minimumAge\":1}", "not_available", "minimumAge")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{}}", "missing_field", "quietHours.from")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{\"from\":\"21:00\"}}", "missing_field", "quietHours.to")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{\"from\":\"21:00\",\"to\":\"24:00\"}}", "invalid_value", "quietHours.to")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{\"from\":\"9:00\",\"to\":\"21:00\"}}", "invalid_value", "quietHours.from")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{\"from\":\"21:00\",\"to\":\"21:00\"}}", "invalid_value", "quietHours.to")]
    [InlineData("{\"name\":\"A\",\"quietHours\":{\"from\":\"21:00\",\"to\":\"08:00\",\"zone\":\"x\"}}", "unknown_field", "quietHours.zone")]
    [InlineData("{\"name\":\"A\",\"retention\":1}", "not_available", "retention")]
    [InlineData("{\"name\":\"A\",\"balance\":-1}", "invalid_value", "balance")]
    [InlineData("{\"name\":\"A\",\"balance\":0.0000001}", "invalid_value", "balance")]
    [InlineData("{\"name\":\"A\",\"balance\":1000000001}", "invalid_value", "balance")]
    [InlineData("{\"name\":\"A\",\"prices\":1}", "invalid_value", "prices")]
    [InlineData("{\"name\":\"A\",\"prices\":{\"fax\":1}}", "invalid_value", "prices")]
    [InlineData("{\"name\":\"A\",\"prices\":{\"sms\":-1}}", "invalid_value", "prices.sms")]
    [InlineData("{\"name\":\"A\",\"keywords\":1}", "invalid_value", "keywords")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"reply\":\"x\"}]}", "missing_field", "keywords[0].word")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"word\":\"x\",\"reply\":\"y\",\"match\":\"all\"}]}", "invalid_value", "keywords[0].match")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"word\":\"two words\",\"reply\":\"y\"}]}", "invalid_value", "keywords[0].word")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"word\":\"!?\",\"reply\":\"y\"}]}", "invalid_value", "keywords[0].word")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"word\":\"x\"}]}", "invalid_value", "keywords[0]")]
    [InlineData("{\"name\":\"A\",\"keywords\":[{\"word\":\"x\",\"action\":\"help\"}]}", "invalid_value", "keywords[0].reply")]
    [InlineData("{\"name\":\"A\",\"stop\":\"some\"}", "invalid_value", "stop")]
    [InlineData("{\"name\":\"A\",\"events\":{\"kafka\":\"yes\"}}", "invalid_value", "events.kafka")]
    public async Task A_wrong_tenant_is_refused_by_its_field(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/admin/tenants/acme", body, "operator")).IsProblem(400, code, field);
        Assert.Equal("Acme", door.Administration.Current.FindTenant("acme")!.Settings.Name);
    }

    [Theory]
    [InlineData("owner", Role.Owner)]
    [InlineData("admin", Role.Admin)]
    [InlineData("agent", Role.Agent)]
    [InlineData("auditor", Role.Auditor)]
    public async Task A_key_is_shown_once_and_kept_as_its_hash(string word, Role role)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer made = await door.SendAsync("POST", "/admin/tenants/acme/keys", $"{{\"role\":\"{word}\"}}", "operator");

        Assert.Equal(201, made.Status);
        Assert.Equal(["id", "key"], made.Json.EnumerateObject().Select(static p => p.Name));
        string key = made.Json.GetProperty("key").GetString()!;
        ApiKey kept = door.Administration.Keys[^1];
        Assert.Equal((made.Json.GetProperty("id").GetString(), role, 1), (kept.Id, kept.Role, kept.Tenant));
        Assert.Equal(KeyText.Hash(key), kept.Hash);
        door.Keys["new"] = key;
        Assert.Equal(200, (await door.SendAsync("GET", "/v1/messages", role: "new")).Status);
    }

    [Fact]
    public async Task Keys_are_made_for_tenants_that_exist_and_roles_of_tenants()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("POST", "/admin/tenants/nobody/keys", "{\"role\":\"owner\"}", "operator")).IsProblem(404, "not_found");
        (await door.SendAsync("POST", "/admin/tenants/acme/keys", "{\"role\":\"operator\"}", "operator")).IsProblem(400, "invalid_value", "role");
        (await door.SendAsync("POST", "/admin/tenants/acme/keys", "{}", "operator")).IsProblem(400, "missing_field", "role");
    }

    [Fact]
    public async Task A_provider_is_kept_and_its_secrets_are_never_shown()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        const string Body = """{"kind":"smpp","channels":["sms"],"cost":0.5,"limits":{"perSecond":10,"inFlight":20},"enabled":false,"settings":{"host":"h","password":"hidden","nested":{"apiKey":"hidden","list":[{"secret":"hidden"}]}}}""";

        Answer made = await door.SendAsync("PUT", "/admin/providers/carrier", Body, "operator");
        Answer shown = await door.SendAsync("GET", "/admin/providers/carrier", role: "support");

        Assert.Equal(
            """{"provider":"carrier","kind":"smpp","channels":["sms"],"cost":0.5,"limits":{"perSecond":10,"inFlight":20},"enabled":false,"settings":{"host":"h","nested":{"list":[{}]}}}""",
            made.Text);
        Assert.Equal(made.Text[..^1] + ""","state":"disabled","silos":[]}""", shown.Text);
        Assert.Contains("hidden", door.Administration.Current.FindProvider("carrier")!.Settings.Settings, StringComparison.Ordinal);
        (await door.SendAsync("GET", "/admin/providers/nobody", role: "support")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Tenants_are_listed_by_name_and_without_their_settings()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/tenants/zeta", """{"name":"Z","senders":["+39301"]}""", "operator");
        await door.SendAsync("PUT", "/admin/tenants/aaa", """{"name":"A"}""", "operator");
        string[] listed = [.. (await door.SendAsync("GET", "/admin/tenants", role: "operator")).Json.GetProperty("items").EnumerateArray().Select(static t => t.GetRawText())];

        Assert.Equal("""{"tenant":"aaa","name":"A"}""", listed[0]);
        Assert.Equal("""{"tenant":"zeta","name":"Z"}""", listed[^1]);
    }

    [Theory]
    [InlineData("""{"channels":["sms"]}""", "missing_field", "kind")]
    [InlineData("""{"kind":"carrier-pigeon","channels":["sms"]}""", "invalid_value", "kind")]
    [InlineData("""{"kind":"smpp"}""", "missing_field", "channels")]
    [InlineData("""{"kind":"smpp","channels":[]}""", "invalid_value", "channels")]
    [InlineData("""{"kind":"smpp","channels":["fax"]}""", "invalid_value", "channels[0]")]
    [InlineData("""{"kind":"smpp","channels":["sms","sms"]}""", "invalid_value", "channels[1]")]
    [InlineData("""{"kind":"smpp","channels":["sms","webpush"]}""", "invalid_value", "channels[1]")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"cost":-1}""", "invalid_value", "cost")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"limits":{"inFlight":0}}""", "invalid_value", "limits.inFlight")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"enabled":"yes"}""", "invalid_value", "enabled")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"region":"-"}""", "invalid_value", "region")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"settings":{"host":"a","host":"b"}}""", "duplicate_field", "settings.host")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"settings":[]}""", "invalid_value", "settings")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"settings":{"wrong":1}}""", "invalid_value", "settings.wrong")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"settings":{"later":1}}""", "not_available", "settings.later")]
    [InlineData("""{"kind":"kafka","channels":["sms"]}""", "not_available", "kind")]
    [InlineData("""{"kind":"smpp","channels":["sms"],"colour":1}""", "unknown_field", "colour")]
    public async Task A_wrong_provider_is_refused_by_its_field(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/admin/providers/p", body, "operator")).IsProblem(400, code, field);
    }

    [Fact]
    public async Task Routes_are_replaced_and_shown()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/a", """{"kind":"loopback","channels":["sms"]}""", "operator");
        const string Body = """{"routes":[{"channel":"sms","prefix":"39","tenant":"acme","sender":"Acme","purpose":"otp","region":"eu","providers":["a"]},{"channel":"sms","providers":["a"]}]}""";

        Answer put = await door.SendAsync("PUT", "/admin/routes", Body, "operator");
        Answer shown = await door.SendAsync("GET", "/admin/routes", role: "operator");

        Assert.Equal(200, put.Status);
        Assert.Equal(Body, shown.Text);
    }

    [Fact]
    public async Task Regions_and_quiet_hours_are_kept_and_shown()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer tenant = await door.SendAsync(
            "PUT", "/admin/tenants/acme", """{"name":"A","region":"eu","timeZone":"Europe/Rome","quietHours":{"from":"21:00","to":"08:30"}}""", "operator");
        Answer provider = await door.SendAsync("PUT", "/admin/providers/a", """{"kind":"loopback","channels":["sms"],"region":"eu"}""", "operator");

        Assert.Equal(("eu", "Europe/Rome"), (tenant.Json.GetProperty("region").GetString(), tenant.Json.GetProperty("timeZone").GetString()));
        Assert.Equal("""{"from":"21:00","to":"08:30"}""", tenant.Json.GetProperty("quietHours").GetRawText());
        Assert.Equal(tenant.Text, (await door.SendAsync("GET", "/admin/tenants/acme", role: "operator")).Text);
        Assert.Equal("eu", provider.Json.GetProperty("region").GetString());
        Assert.Equal("eu", (await door.SendAsync("GET", "/admin/providers/a", role: "operator")).Json.GetProperty("region").GetString());
        Assert.NotNull(door.Administration.Current.FindTenant("acme")!.Quiet);
    }

    [Theory]
    [InlineData("{}", "missing_field", "routes")]
    [InlineData("""{"routes":[1]}""", "invalid_value", "routes[0]")]
    [InlineData("""{"routes":[{"channel":"sms","providers":["a"]},{"channel":"sms","channel":"sms"}]}""", "duplicate_field", "routes[1].channel")]
    [InlineData("""{"routes":[{"channel":"sms"}]}""", "missing_field", "routes[0].providers")]
    [InlineData("""{"routes":[{"channel":"fax","providers":["a"]}]}""", "invalid_value", "routes[0].channel")]
    [InlineData("""{"routes":[{"channel":"sms","providers":["nobody"]}]}""", "invalid_value", "routes[0].providers[0]")]
    [InlineData("""{"routes":[{"channel":"sms","providers":["a"],"region":""}]}""", "invalid_value", "routes[0].region")]
    [InlineData("""{"routes":[{"channel":"sms","providers":["a"],"x":1}]}""", "unknown_field", "routes[0].x")]
    public async Task Wrong_routes_are_refused_by_their_field(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/admin/routes", body, "operator")).IsProblem(400, code, field);
    }

    [Fact]
    public async Task Providers_are_listed_with_their_state_on_each_silo()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        foreach (string name in new[] { "b", "a", "c" })
        {
            await door.SendAsync("PUT", "/admin/providers/" + name, """{"kind":"loopback","channels":["sms"],"settings":{"password":"hidden"}}""", "operator");
        }

        var up = new ProviderOnSilo
        {
            Outcomes = new long[8],
            Number = 1, IsUp = true, Breaker = BreakerState.HalfOpen, InFlight = 3, Unkept = 2, Window = 10, Lanes = 4, IsThrottled = true, Good = 5, Bad = 6, Throttled = 7,
            SessionsOpen = 1, SessionsWanted = 2, PerSecond = 9, LastError = "gone", LastErrorAt = DateTimeOffset.UnixEpoch,
        };
        door.Administration.Silos = [new SiloLook("s1", "active", true, 64, 12, [up, up with { Number = 2, Breaker = BreakerState.Open, LastError = null, PerSecond = null }]), new SiloLook("s2", "joining", false, 0, 0, [])];

        Answer list = await door.SendAsync("GET", "/admin/providers", role: "support");
        JsonElement[] items = [.. list.Json.GetProperty("items").EnumerateArray()];

        Assert.Equal(["a", "b", "c"], items.Select(static i => i.GetProperty("provider").GetString()));
        Assert.Equal(["down", "up", "down"], items.Select(static i => i.GetProperty("state").GetString())); // open, half-open, nowhere
        Assert.Equal(
            """{"silo":"s1","up":true,"breaker":"half_open","inFlight":3,"window":10,"unkept":2,"lanes":4,"throttled":true,"perSecond":9,"sessions":{"open":1,"wanted":2},"outcomes":{"good":5,"bad":6,"throttled":7},"lastError":"gone","lastErrorAt":"1970-01-01T00:00:00.000Z"}""",
            items[1].GetProperty("silos")[0].GetRawText());
        Assert.DoesNotContain("hidden", list.Text, StringComparison.Ordinal);
        Assert.Equal(
            """{"items":[{"silo":"s1","status":"active","answers":true,"shards":64,"waiting":12,"inFlight":6},{"silo":"s2","status":"joining","answers":false,"shards":0,"waiting":0,"inFlight":0}]}""",
            (await door.SendAsync("GET", "/admin/silos", role: "support")).Text);
    }

    [Fact]
    public async Task A_provider_drains_is_resumed_and_deleted_once_no_route_names_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/a", """{"kind":"loopback","channels":["sms"]}""", "operator");
        await door.SendAsync("PUT", "/admin/routes", """{"routes":[{"channel":"sms","providers":["a"]}]}""", "operator");

        Assert.Equal("draining", (await door.SendAsync("POST", "/admin/providers/a/drain", role: "operator")).Json.GetProperty("state").GetString());
        Assert.True(door.Administration.Current.FindProvider("a")!.IsDraining);
        Assert.Equal("down", (await door.SendAsync("POST", "/admin/providers/a/resume", role: "operator")).Json.GetProperty("state").GetString());
        (await door.SendAsync("DELETE", "/admin/providers/a", role: "operator")).IsProblem(409, "in_use");
        await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", "operator");
        Assert.Equal(204, (await door.SendAsync("DELETE", "/admin/providers/a", role: "operator")).Status);
        foreach ((string method, string path) in new[] { ("DELETE", "/admin/providers/a"), ("POST", "/admin/providers/a/drain"), ("POST", "/admin/providers/a/resume"), ("GET", "/admin/providers/a") })
        {
            (await door.SendAsync(method, path, role: "operator")).IsProblem(404, "not_found");
        }
    }

    [Fact]
    public async Task A_route_that_no_message_can_reach_is_refused()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/admin/providers/a", """{"kind":"loopback","channels":["sms"]}""", "operator");
        string routes = string.Join(',', new[] { "otp", "transactional", "service", "marketing" }.Select(static p => $$"""{"channel":"sms","purpose":"{{p}}","providers":["a"]}"""));

        Answer answer = await door.SendAsync("PUT", "/admin/routes", $$"""{"routes":[{{routes}},{"channel":"sms","providers":["a"]}]}""", "operator");

        answer.IsProblem(400, "invalid_value", "routes[4]");
        Assert.Empty(door.Administration.Current.RouteSettings);
    }

    [Fact]
    public async Task Shards_are_listed()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        JsonElement[] items = [.. (await door.SendAsync("GET", "/admin/shards", role: "support")).Json.GetProperty("items").EnumerateArray()];

        Assert.Equal("""{"shard":0,"silo":"127.0.0.1:1","epoch":7,"waiting":3}""", items[0].GetRawText());
        Assert.Equal("", items[1].GetProperty("silo").GetString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/admin/tenants/acme", "{\"name\":\"" + new string('a', 70_000) + "\"}", "operator")).IsProblem(413, "too_large");
    }
}
