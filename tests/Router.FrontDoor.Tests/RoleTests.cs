using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>What is a key (R6.2). Who may do what is <see cref="Suites.AccessSuite"/>.</summary>
public sealed class RoleTests
{
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
    public async Task A_key_of_which_half_the_hash_was_kept_still_opens_and_one_whose_other_half_differs_does_not()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        foreach ((string word, UInt128? rest, int status) in new (string, UInt128?, int)[] { ("old", null, 200), ("forged", 7, 401) })
        {
            string key = door.Keys[word] = KeyText.New();
            door.Administration.Add(KeyText.Asked(key, Role.Owner) with { Id = word, Tenant = 1, HashRest = rest });
            Assert.Equal(status, (await door.SendAsync("GET", "/v1/messages", role: word)).Status);
        }
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
