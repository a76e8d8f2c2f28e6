using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Who may do what (R6.2): every endpoint with a key of every role.</summary>
public sealed class RoleTests
{
    private const string Reads = "owner admin agent auditor";
    private const string Sends = "owner admin agent";
    private const string Manages = "owner admin";
    private const string OperatorReads = "operator support";
    private const string OperatorManages = "operator";

    private static readonly string[] AllRoles = ["owner", "admin", "agent", "auditor", "operator", "support"];

    private static readonly (string Method, string Path, string Allowed)[] Endpoints =
    [
        ("POST", "/v1/messages", Sends),
        ("GET", "/v1/messages", Reads),
        ("GET", "/v1/messages/018f0000-0000-7000-8000-000000000000", Reads),
        ("DELETE", "/v1/messages/018f0000-0000-7000-8000-000000000000", Sends),
        ("GET", "/v1/events?x=1", Reads),
        ("PUT", "/v1/contacts/sms:+393331234567", Manages),
        ("GET", "/v1/contacts/sms:+393331234567", Reads),
        ("PUT", "/v1/contacts/sms:+393331234567/flags", Manages),
        ("POST", "/v1/consents", Manages),
        ("GET", "/v1/consents?address=sms:%2B393331234567", Reads),
        ("PUT", "/admin/tenants/acme", OperatorManages),
        ("GET", "/admin/tenants/acme", OperatorReads),
        ("POST", "/admin/tenants/acme/keys", OperatorManages),
        ("DELETE", "/admin/tenants/acme/keys/none", OperatorManages),
        ("PUT", "/admin/providers/p", OperatorManages),
        ("GET", "/admin/providers/p", OperatorReads),
        ("PUT", "/admin/routes", OperatorManages),
        ("GET", "/admin/routes", OperatorReads),
        ("GET", "/admin/shards", OperatorReads),
    ];

    [Fact]
    public async Task Each_endpoint_lets_in_the_roles_that_may_and_no_other()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        foreach ((string method, string path, string allowed) in Endpoints)
        {
            foreach (string role in AllRoles)
            {
                Answer answer = await door.SendAsync(method, path, method is "GET" or "DELETE" ? null : "[]", role);
                bool may = allowed.Split(' ').Contains(role);
                Assert.True(may ? answer.Status is not (401 or 403) : answer.Status == 403, $"{method} {path} as {role}: {answer.Status}");
                if (!may)
                {
                    answer.IsProblem(403, "forbidden");
                }
            }

            Answer none = await door.SendAsync(method, path, role: null);
            none.IsProblem(401, "unauthorized");
            Assert.Equal("Bearer", none.Headers["WWW-Authenticate"]);
        }
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer rk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer rk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!")]
    [InlineData("Basic b3duZXI6eA==")]
    public async Task What_is_no_key_is_401(string header)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/messages");
        request.Headers.TryAddWithoutValidation("Authorization", header);

        using HttpResponseMessage response = await door.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_key_of_thousands_of_characters_is_401()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Keys["long"] = new string('k', 5_000);

        (await door.SendAsync("GET", "/v1/messages", role: "long")).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/messages");
        request.Headers.TryAddWithoutValidation("Authorization", "bearer " + door.Key);

        using HttpResponseMessage response = await door.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_key_that_was_removed_opens_nothing()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Assert.Equal(204, (await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-agent", role: "operator")).Status);

        (await door.SendAsync("GET", "/v1/messages", role: "agent")).IsProblem(401, "unauthorized");
        (await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-agent", role: "operator")).IsProblem(404, "not_found");
        (await door.SendAsync("DELETE", "/admin/tenants/acme/keys/id-other", role: "operator")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_key_of_a_tenant_that_is_gone_opens_nothing()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.Forget("other");

        (await door.SendAsync("GET", "/v1/messages", role: "other")).IsProblem(401, "unauthorized");
    }

    [Theory]
    [InlineData(Role.Operator, 1)]
    [InlineData(Role.Support, 1)]
    [InlineData(Role.Owner, 0)]
    public async Task A_stored_key_whose_role_and_tenant_do_not_fit_opens_nothing(Role role, int tenant)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string key = KeyText.New();
        door.Keys["odd"] = key;
        door.Administration.Add(new ApiKey("odd", KeyText.Hash(key), role, tenant));

        (await door.SendAsync("GET", "/v1/messages", role: "odd")).IsProblem(401, "unauthorized");
        (await door.SendAsync("GET", "/admin/routes", role: "odd")).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Without_an_operators_key_only_those_of_the_configuration_open_admin()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { OperatorKey = null });

        (await door.SendAsync("GET", "/admin/routes", role: "operator")).IsProblem(401, "unauthorized");
        Assert.Equal(200, (await door.SendAsync("GET", "/admin/routes", role: "support")).Status);
    }

    [Fact]
    public void Made_keys_have_their_form_and_differ()
    {
        string[] keys = [.. Enumerable.Range(0, 100).Select(static _ => FrontDoorOptions.NewKey())];

        Assert.Equal(100, keys.Distinct().Count());
        Assert.All(keys, static key => Assert.Matches("^rk_[A-Za-z0-9_-]{43}$", key));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("has a space in the middle")]
    public void An_operators_key_of_another_form_stops_the_start(string key)
    {
        string? wrong = new FrontDoorOptions { OperatorKey = key }.Validate();

        Assert.NotNull(wrong);
        Assert.Contains("Operator:Key", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain(key, wrong, StringComparison.Ordinal);
    }
}
