using System.Text.Json;
using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Keys are made, shown without their secret, expire and are removed.</summary>
public sealed class KeyTests
{
    [Theory]
    [InlineData("/admin/tenants/acme/keys", "operator", "agent", "/v1/messages")]
    [InlineData("/v1/keys", "owner", "auditor", "/v1/messages")]
    [InlineData("/admin/keys", "operator", "support", "/admin/routes")]
    public async Task A_key_opens_until_it_expires_and_is_listed_without_its_secret(string path, string by, string role, string opens)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer made = await door.SendAsync("POST", path, $$"""{"role":"{{role}}","name":"Ann of support","expiresAt":"{{door.Time.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}""", by);

        Assert.Equal(201, made.Status);
        Assert.Equal("no-store", made.Headers["Cache-Control"]);
        string key = door.Keys["made"] = made.Json.GetProperty("key").GetString()!;
        Answer listed = await door.SendAsync("GET", path, role: by);
        JsonElement item = listed.Json.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("id").GetString() == made.Json.GetProperty("id").GetString());
        Assert.Equal(role, item.GetProperty("role").GetString());
        Assert.Equal("Ann of support", item.GetProperty("name").GetString());
        Assert.Equal(key[^4..], item.GetProperty("lastFour").GetString());
        Assert.Equal("2026-03-01T12:00:00.000Z", item.GetProperty("createdAt").GetString());
        Assert.Equal("2026-03-01T13:00:00.000Z", item.GetProperty("expiresAt").GetString());
        Assert.DoesNotContain(key[..^4], listed.Text, StringComparison.Ordinal);

        door.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await door.SendAsync("GET", opens, role: "made")).Status);
        door.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await door.SendAsync("GET", opens, role: "made")).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_stream_ends_when_its_key_expires()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { HeartBeat = TimeSpan.FromHours(5) });
        string key = KeyText.New();
        door.Administration.Add(KeyText.Asked(key, Role.Owner) with { Id = "brief", Tenant = 1, ExpiresMs = door.Time.GetUtcNow().ToUnixTimeMilliseconds() + 60_000 });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        using HttpResponseMessage response = await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        Assert.NotEqual(0, await stream.ReadAsync(new byte[4096]));

        Task<int> end = stream.ReadAsync(new byte[4096]).AsTask();
        while (!end.IsCompleted)
        {
            // It may not wait yet when time moves first.
            door.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAny(end, Task.Delay(10));
        }

        // What is told at the end is a position; then nothing more comes.
        Assert.True(await end == 0 || await stream.ReadAsync(new byte[4096]) == 0);
    }

    [Fact]
    public async Task Nobody_removes_the_key_he_calls_with()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("DELETE", "/v1/keys/id-owner")).IsProblem(409, "own_key");
        (await door.SendAsync("DELETE", "/admin/keys/operator", role: "operator")).IsProblem(409, "fixed_key");
        string key = door.Keys["second"] = (await door.SendAsync("POST", "/admin/keys", """{"role":"operator"}""", "operator")).Json.GetProperty("key").GetString()!;
        string id = door.Administration.Keys[^1].Id;
        (await door.SendAsync("DELETE", "/admin/keys/" + id, role: "second")).IsProblem(409, "own_key");
        Assert.Equal(204, (await door.SendAsync("DELETE", "/admin/keys/" + id, role: "operator")).Status);
        (await door.SendAsync("GET", "/admin/keys", role: "second")).IsProblem(401, "unauthorized");
        Assert.DoesNotContain(key, string.Concat(door.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_owner_sees_and_removes_only_the_tenants_keys()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        string[] listed = [.. (await door.SendAsync("GET", "/v1/keys", role: "other")).Json.GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("id").GetString()!)];

        Assert.Equal(["id-other"], listed);
        (await door.SendAsync("DELETE", "/v1/keys/id-agent", role: "other")).IsProblem(404, "not_found");
        (await door.SendAsync("DELETE", "/v1/keys/id-support", role: "other")).IsProblem(404, "not_found");
        (await door.SendAsync("DELETE", "/admin/keys/id-agent", role: "operator")).IsProblem(404, "not_found");
        Assert.Equal(204, (await door.SendAsync("DELETE", "/v1/keys/id-agent")).Status);
    }

    [Theory]
    [InlineData("/admin/tenants/acme/keys", "operator", """{"role":"operator"}""", "role")]
    [InlineData("/v1/keys", "owner", """{"role":"support"}""", "role")]
    [InlineData("/admin/keys", "operator", """{"role":"owner"}""", "role")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","name":""}""", "name")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","name":"12345678901234567890123456789012345678901234567890123456789012345"}""", "name")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","name":"a\u0007"}""", "name")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","expiresAt":"tomorrow"}""", "expiresAt")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","expiresAt":"2026-03-01T12:00:00Z"}""", "expiresAt")]
    [InlineData("/v1/keys", "owner", """{"role":"agent","expiresAt":"2036-04-01T12:00:00Z"}""", "expiresAt")]
    public async Task A_wrong_key_is_refused_by_its_field(string path, string by, string body, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        int before = door.Administration.Keys.Count;

        (await door.SendAsync("POST", path, body, by)).IsProblem(400, "invalid_value", field);

        Assert.Equal(before, door.Administration.Keys.Count);
    }

    [Fact]
    public async Task There_are_at_most_a_hundred_keys()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        while (door.Administration.Current.KeysOf(1).Count() < 100)
        {
            Assert.Equal(201, (await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""")).Status);
        }

        (await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""")).IsProblem(409, "too_many_keys");
        Assert.Equal(201, (await door.SendAsync("POST", "/v1/keys", """{"role":"agent"}""", "other")).Status);
    }
}
