using System.Text.Json;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>A browser's sign-in: what it opens, for whom, from where, and how long. The page itself is tested in a browser.</summary>
public sealed class DashboardTests
{
    private static readonly (string, string) FromHere = ("Sec-Fetch-Site", "same-origin");

    [Fact]
    public async Task A_sign_in_opens_admin_for_the_keys_role_and_nothing_else()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        (string, string) operators = await SignInAsync(door, "operator");
        (string, string) supports = await SignInAsync(door, "support");

        Assert.Equal(200, (await door.SendAsync("GET", "/admin/shards", null, null, "", operators, FromHere)).Status);
        Assert.Equal(200, (await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", null, "application/json", operators, FromHere)).Status);
        Assert.Equal(200, (await door.SendAsync("GET", "/admin/shards", null, null, "", supports, FromHere)).Status);
        (await door.SendAsync("PUT", "/admin/routes", """{"routes":[]}""", null, "application/json", supports, FromHere)).IsProblem(403, "forbidden");
        (await door.SendAsync("GET", "/v1/messages", null, null, "", operators, FromHere)).IsProblem(401, "unauthorized");
        Assert.Equal(204, (await door.SendAsync("GET", "/dashboard/session", null, null, "", operators, FromHere)).Status);
    }

    [Theory]
    [InlineData("owner", 403)]
    [InlineData("auditor", 403)]
    [InlineData(null, 401)]
    public async Task A_tenants_key_or_none_signs_nobody_in(string? role, int status)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/dashboard/session", null, role);

        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("Set-Cookie", answer.Headers.Keys);
    }

    [Theory]
    [InlineData("GET", "none", 200)]
    [InlineData("GET", "same-origin", 200)]
    [InlineData("GET", "same-site", 401)]
    [InlineData("GET", "cross-site", 401)]
    [InlineData("GET", null, 401)]
    [InlineData("PUT", "none", 401)]
    [InlineData("PUT", "cross-site", 401)]
    public async Task Pages_of_other_sites_cannot_use_it(string method, string? site, int status)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        (string, string) cookie = await SignInAsync(door, "operator");
        (string, string)[] headers = site is null ? [cookie] : [cookie, ("Sec-Fetch-Site", site)];

        Assert.Equal(status, (await door.SendAsync(method, "/admin/routes", method == "PUT" ? """{"routes":[]}""" : null, null, "application/json", headers)).Status);
    }

    [Fact]
    public async Task It_ends_with_its_time_with_its_key_and_cannot_be_made_up()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        (string Name, string Value) cookie = await SignInAsync(door, "support");
        Assert.Equal(200, (await door.SendAsync("GET", "/admin/shards", null, null, "", cookie, FromHere)).Status);

        string text = cookie.Value["router_session=".Length..];
        foreach (string wrong in (string[])["", "x", text[..^1], text + "A", new string('A', text.Length), Flip(text, 3), Flip(text, text.Length - 5)])
        {
            Assert.Equal(401, (await door.SendAsync("GET", "/admin/shards", null, null, "", ("Cookie", "router_session=" + wrong), FromHere)).Status);
        }

        await door.Administration.RemoveOperatorKeyAsync("id-support", CancellationToken.None);
        Assert.Equal(401, (await door.SendAsync("GET", "/admin/shards", null, null, "", cookie, FromHere)).Status);

        (string, string) operators = await SignInAsync(door, "operator");
        door.Time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(401, (await door.SendAsync("GET", "/admin/shards", null, null, "", operators, FromHere)).Status);
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_other_sites()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("POST", "/dashboard/session", null, "operator");

        string cookie = answer.Headers["Set-Cookie"];
        Assert.All((string[])["httponly", "samesite=strict", "max-age=43200", "path=/"], word => Assert.Contains(word, cookie, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(TestDoor.OperatorKey, cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_tells_how_everything_is_and_ends_when_the_key_is_taken_away()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/live") { Headers = { Authorization = new("Bearer", door.Keys["support"]) } };
        using HttpResponseMessage answer = await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        string? line = await reader.ReadLineAsync();

        JsonElement look = JsonDocument.Parse(line!["data: ".Length..]).RootElement;
        Assert.All((string[])["at", "waiting", "messages", "journal", "receipts", "providers", "lanes", "limits", "silos", "shards"], name => Assert.True(look.TryGetProperty(name, out _), name));
        await door.Administration.RemoveOperatorKeyAsync("id-support", CancellationToken.None);
        Task<string> rest = reader.ReadToEndAsync();
        while (!rest.IsCompleted)
        {
            door.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(rest, Task.Delay(20));
        }

        Assert.DoesNotContain("data:", await rest, StringComparison.Ordinal);
    }

    private static async Task<(string Name, string Value)> SignInAsync(TestDoor door, string role)
    {
        Answer answer = await door.SendAsync("POST", "/dashboard/session", null, role);
        Assert.Equal(204, answer.Status);
        return ("Cookie", answer.Headers["Set-Cookie"].Split(';')[0]);
    }

    private static string Flip(string text, int at) => text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
}
