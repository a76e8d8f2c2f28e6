using Router.Core.Tenants;
using Router.FrontDoor.Access;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>Endpoint × caller × whose thing (R6.2, DESIGN §4.7): every endpoint as it is mapped, with each kind of key and with another tenant's things.</summary>
public sealed class AccessSuite
{
    private static readonly string[] AllRoles = ["owner", "admin", "agent", "auditor", "operator", "support"];

    public static TheoryData<string> Endpoints => [.. Mapped.Guarded.Keys];

    [Fact]
    public void Every_endpoint_has_a_sample_and_every_sample_an_endpoint()
    {
        foreach (string endpoint in Mapped.Guarded.Keys)
        {
            Samples.Of(endpoint);
        }

        Assert.Empty(Samples.All.Keys.Except(Mapped.Guarded.Keys));
    }

    [Fact]
    public void What_is_mapped_without_a_permission_is_known_and_has_its_reason()
    {
        Assert.All(Mapped.Open, static path => Assert.Contains(Samples.Open.Keys, known => IsIn(path, known)));
        Assert.All(Samples.Open.Keys, static known => Assert.Contains(Mapped.Open, path => IsIn(path, known)));

        static bool IsIn(string path, string known) => path == known || path.StartsWith(known + "/", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Who_is_nobody_is_401_and_learns_nothing(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, World foreign) = await World.MakeAsync(door);
        Call none = await Call.SendAsync(door, endpoint, sample, own, null);
        none.Answer.IsProblem(401, "unauthorized");
        Assert.Contains("WWW-Authenticate: Bearer", none.Headers, StringComparison.Ordinal);
        Assert.True(HasNoTrace(none, own, foreign), none.Text);
        foreach (string token in await StrangersAsync(door))
        {
            // To the letter the same answer: whether a key once was one, and of whom, is not told.
            Call stranger = await Call.SendAsync(door, endpoint, sample, own, token);
            Assert.Equal((none.Status, none.Text), (stranger.Status, stranger.Text));
        }
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Roles_that_may_are_let_in_and_no_other(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, World foreign) = await World.MakeAsync(door);
        foreach (string role in AllRoles.Where(r => !sample.Allows(r)))
        {
            Call refused = await Call.SendAsync(door, endpoint, sample, own, door.Keys[role]);
            refused.Answer.IsProblem(403, "forbidden");
            Assert.True(HasNoTrace(refused, own, foreign), refused.Text);
        }

        string[] allowed = [.. AllRoles.Where(sample.Allows)];
        Call first = await Call.SendAsync(door, endpoint, sample, own, door.Keys[allowed[0]]);
        Assert.True(first.Status == sample.Status, $"{allowed[0]}: {first.Status} {first.Text}");
        foreach (string role in allowed[1..])
        {
            // What the first has removed is not there for the next.
            Call next = await Call.SendAsync(door, endpoint, sample, own, door.Keys[role]);
            Assert.True(next.Status is not (401 or 403) and < 500, $"{role}: {next.Status} {next.Text}");
        }
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_token_may_what_a_key_of_its_role_may(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestIssuer issuer = await TestIssuer.OpenAsync();
        await using TestDoor door = await TestDoor.OpenAsync(o => o with { Oidc = issuer.Options });
        (World own, World foreign) = await World.MakeAsync(door);
        DateTimeOffset now = door.Time.GetUtcNow();
        Call expired = await Call.SendAsync(door, endpoint, sample, own, TokenOf(sample.Allowed.Split(' ')[0], now.AddHours(-1)));
        expired.Answer.IsProblem(401, "unauthorized");
        Assert.True(HasNoTrace(expired, own, foreign), expired.Text);
        foreach (string role in AllRoles.Where(r => !sample.Allows(r)))
        {
            (await Call.SendAsync(door, endpoint, sample, own, TokenOf(role, now))).Answer.IsProblem(403, "forbidden");
        }

        Call first = await Call.SendAsync(door, endpoint, sample, own, TokenOf(sample.Allowed.Split(' ')[0], now));
        Assert.True(first.Status == sample.Status, $"{first.Status} {first.Text}");

        string TokenOf(string role, DateTimeOffset at) => issuer.Sign(issuer.Claims(role, role is "operator" or "support" ? null : "acme", at), "ec");
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Another_tenants_things_are_not_there(string endpoint)
    {
        if (Mapped.Guarded[endpoint].Permission is Permission.OperatorRead or Permission.OperatorManage)
        {
            return; // a tenant's key gets no further than 403 there
        }

        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, World foreign) = await World.MakeAsync(door);
        string before = await SeenByAsync(door, foreign);

        Call reaching = await Call.SendAsync(door, endpoint, sample, foreign, door.Key);
        Assert.True(reaching.Status == sample.Foreign, $"{reaching.Status} {reaching.Text}");
        string asked = sample.Path(foreign) + sample.Body?.Invoke(foreign);
        Assert.True(HasNoTrace(reaching, foreign, asked), $"tells of another tenant: {reaching.Headers}{reaching.Text}");

        Call staying = await Call.SendAsync(door, endpoint, sample, own, door.Key);
        Assert.True(HasNoTrace(staying, foreign, ""), $"tells of another tenant: {staying.Headers}{staying.Text}");
        Assert.Equal(before, await SeenByAsync(door, foreign));
    }

    // All that a tenant can read of its own.
    private static async Task<string> SeenByAsync(TestDoor door, World world)
    {
        string seen = "";
        foreach ((string endpoint, EndpointRule rule) in Mapped.Guarded)
        {
            Sample sample = Samples.Of(endpoint);
            if (rule.Method == "GET" && rule.Permission == Permission.TenantRead && !sample.Streams)
            {
                Call call = await Call.SendAsync(door, endpoint, sample, world, door.Keys[world.Role]);
                seen += $"{endpoint}: {call.Status} {call.Text}\n";
            }
        }

        Assert.Contains(world.Mark, seen, StringComparison.Ordinal);
        return seen;
    }

    private static bool HasNoTrace(Call call, params World[] worlds) => worlds.All(w => HasNoTrace(call, w, ""));

    // What the caller said himself tells him nothing.
    private static bool HasNoTrace(Call call, World world, string asked) =>
        world.Traces.All(trace => asked.Contains(trace, StringComparison.Ordinal) || !(call.Text + call.Headers).Contains(trace, StringComparison.OrdinalIgnoreCase));

    private static async Task<IReadOnlyList<string>> StrangersAsync(TestDoor door)
    {
        string revoked = (await door.SendAsync("POST", "/admin/tenants/acme/keys", """{"role":"owner"}""", "operator")).Json.GetProperty("key").GetString()!;
        string id = door.Administration.Keys[^1].Id;
        Assert.Equal(204, (await door.SendAsync("DELETE", $"/admin/tenants/acme/keys/{id}", role: "operator")).Status);
        string orphan = KeyText.New();
        door.Administration.Add(new ApiKey("orphan", KeyText.Hash(orphan), Role.Owner, 99));
        string expired = KeyText.New();
        door.Administration.Add(KeyText.Asked(expired, Role.Owner) with { Id = "expired", Tenant = 1, ExpiresMs = door.Time.GetUtcNow().ToUnixTimeMilliseconds() });
        string expiredOperators = KeyText.New();
        door.Administration.Add(KeyText.Asked(expiredOperators, Role.Operator) with { Id = "expired-2", ExpiresMs = 1 });
        string half = KeyText.New();
        door.Administration.Add(KeyText.Asked(half, Role.Owner) with { Id = "half", Tenant = 1, HashRest = 1 });
        return [KeyText.New(), revoked, orphan, expired, expiredOperators, half, TestDoor.OperatorKey + "x", TestDoor.OperatorKey[..^1], "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."];
    }
}
