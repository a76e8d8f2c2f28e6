using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Router.Core.Webhooks;
using Router.FrontDoor.Tests.Doubles;
using Router.FrontDoor.Webhooks;

namespace Router.FrontDoor.Tests;

/// <summary><c>/v1/webhooks</c>: what can be set, looked at and asked for.</summary>
public sealed class WebhookTests
{
    private const string Url = "https://hooks.example.com/router?token=t0ken-of-acme";

    [Fact]
    public async Task A_webhook_shows_its_secret_when_it_is_made_and_never_again()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer made = await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{Url}}","events":["message.*","consent.changed"]}""");
        Answer again = await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{Url}}","events":["*"],"enabled":false}""");
        Answer shown = await door.SendAsync("GET", "/v1/webhooks/one", role: "auditor");

        Assert.Equal(200, made.Status);
        Assert.Equal(["name", "url", "events", "enabled", "secret"], made.Json.EnumerateObject().Select(static p => p.Name));
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", made.Json.GetProperty("secret").GetString());
        Assert.Equal("no-store", made.Headers["Cache-Control"]);
        Assert.Equal($$"""{"name":"one","url":"{{Url}}","events":["*"],"enabled":false}""", again.Text);
        Assert.Equal(again.Text, shown.Text);
        Assert.Equal($$"""{"items":[{{shown.Text}}]}""", (await door.SendAsync("GET", "/v1/webhooks")).Text);
        Assert.DoesNotContain(door.Log.Lines, static l => l.Contains("t0ken", StringComparison.Ordinal) || l.Contains("whsec", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_that_comes_after_the_tenants_end_makes_nothing()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        string body = $$"""{"url":"{{Url}}","events":["*"]}""";
        await raw.SendHeadAsync("PUT", "/v1/webhooks/one", door.Key, "application/json", body.Length, "Expect: 100-continue\r\n");
        Assert.StartsWith("HTTP/1.1 100", await raw.ReadHeadAsync(), StringComparison.Ordinal); // admitted

        await door.Administration.DeleteTenantAsync("acme", TestContext.Current.CancellationToken);
        await raw.SendAsync(body);

        Assert.StartsWith("HTTP/1.1 401", await raw.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Empty(await door.Webhooks.ListAsync(1, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"events":["*"]}""", "missing_field", "url")]
    [InlineData("""{"url":"https://a.example.com"}""", "missing_field", "events")]
    [InlineData("""{"url":"https://a.example.com","events":[]}""", "invalid_value", "events")]
    [InlineData("""{"url":"https://a.example.com","events":["message.gone"]}""", "invalid_value", "events")]
    [InlineData("""{"url":"https://a.example.com","events":["nothing.*"]}""", "invalid_value", "events")]
    [InlineData("""{"url":"https://a.example.com","events":[".*"]}""", "invalid_value", "events")]
    [InlineData("""{"url":"https://a.example.com","events":[""]}""", "invalid_value", "events")]
    [InlineData("""{"url":"https://a.example.com","events":["*"],"secret":"x"}""", "unknown_field", "secret")]
    [InlineData("""{"url":"https://a.example.com","events":["*"],"enabled":"yes"}""", "invalid_value", "enabled")]
    public async Task What_is_wrong_is_named_and_nothing_is_made(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/v1/webhooks/one", body)).IsProblem(400, code, field);

        (await door.SendAsync("GET", "/v1/webhooks/one")).IsProblem(404, "not_found");
    }

    [Theory]
    [InlineData("http://a.example.com/")]
    [InlineData("ftp://a.example.com/")]
    [InlineData("a.example.com")]
    [InlineData("https://user@a.example.com/")]
    [InlineData("https://a.example.com/#part")]
    [InlineData("https://a.example.com:0/")]
    [InlineData("https://a.example.com/with space")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://x.localhost:8443/")]
    [InlineData("https://metadata.google.internal/")]
    [InlineData("https://intranet/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://255.255.255.255/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fd00:ec2::254]/")]
    [InlineData("https://[fec0::1]/")]
    public async Task A_url_that_leads_nowhere_public_is_400_and_is_not_shown(string url)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("PUT", "/v1/webhooks/one", JsonSerializer.Serialize(new { url, events = new[] { "*" } }));

        answer.IsProblem(400, "invalid_value", "url");
        Assert.DoesNotContain(url, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://172.32.0.1:8443/x")]
    [InlineData("https://[2606:4700::1111]/")]
    [InlineData("https://a.example.com/?key=1")]
    public async Task A_public_url_is_taken(string url)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("PUT", "/v1/webhooks/one", JsonSerializer.Serialize(new { url, events = new[] { "provider.up" }, enabled = false }));

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_tenant_has_twenty_webhooks_at_most_and_none_of_anothers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = $$"""{"url":"{{Url}}","events":["*"],"enabled":false}""";
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await door.SendAsync("PUT", $"/v1/webhooks/w{i}", body)).Status);
        }

        (await door.SendAsync("PUT", "/v1/webhooks/w20", body)).IsProblem(409, "too_many_webhooks");
        Assert.Equal(200, (await door.SendAsync("PUT", "/v1/webhooks/w19", body)).Status);
        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/webhooks", role: "other")).Text);
        foreach ((string method, string path, string? with) in new[]
        {
            ("GET", "/v1/webhooks/w1", null), ("DELETE", "/v1/webhooks/w1", null), ("POST", "/v1/webhooks/w1/rotate", null), ("POST", "/v1/webhooks/w1/test", null),
            ("POST", "/v1/webhooks/w1/redeliver", """{"event":"018f0000-0000-7000-8000-000000000000"}"""),
        })
        {
            Answer answer = await door.SendAsync(method, path, with, role: "other");
            answer.IsProblem(404, "not_found");
        }

        Assert.Equal(204, (await door.SendAsync("DELETE", "/v1/webhooks/w1")).Status);
        (await door.SendAsync("DELETE", "/v1/webhooks/w1")).IsProblem(404, "not_found");
        (await door.SendAsync("PUT", "/v1/webhooks/-x", body)).IsProblem(400, "invalid_parameter", "name");
    }

    [Theory]
    [InlineData("""{}""", "missing_field", "event")]
    [InlineData("""{"event":"x","after":"y"}""", "invalid_value", "after")]
    [InlineData("""{"event":"no-id"}""", "invalid_value", "event")]
    [InlineData("""{"event":"018f0000-0000-7000-8000-000000000000"}""", "invalid_value", "event")]
    [InlineData("""{"after":"AAAAAAAAAAAAAAAAAAAAAA"}""", "invalid_cursor", "after")]
    [InlineData("""{"only":true}""", "unknown_field", "only")]
    public async Task A_redelivery_from_nowhere_is_400(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.PostAsync();
        await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{Url}}","events":["*"],"enabled":false}""");

        (await door.SendAsync("POST", "/v1/webhooks/one/redeliver", body)).IsProblem(400, code, field);
    }

    [Fact]
    public async Task A_test_says_what_the_receiver_said()
    {
        await using Receiver receiver = await Receiver.OpenAsync();
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true });
        Answer made = await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{receiver.Url}}/in","events":["message.read"]}""");
        receiver.Answer = static (_, _) => 418;

        Answer refused = await door.SendAsync("POST", "/v1/webhooks/one/test");
        Post post = await receiver.NextAsync();
        receiver.Answer = static (_, _) => 200;
        Answer taken = await door.SendAsync("POST", "/v1/webhooks/one/test");

        Assert.Equal("""{"taken":false,"status":418,"ms":0}""", refused.Text);
        Assert.Equal("""{"taken":true,"status":200,"ms":0}""", taken.Text);
        Assert.Equal(("/in", "test", "acme"), (post.Path, post.Type, post.Json.GetProperty("tenant").GetString()));
        Assert.Equal(post.Id, post.Json.GetProperty("id").GetString());
        string secret = made.Json.GetProperty("secret").GetString()!;
        Assert.Equal([WebhookSecret.Sign(Convert.FromBase64String(secret["whsec_".Length..]), post.Id, post.Headers["webhook-timestamp"], post.Body)], post.Signatures);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_told_by_a_word()
    {
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true });
        string gone;
        await using (Receiver receiver = await Receiver.OpenAsync())
        {
            gone = receiver.Url;
        }

        await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{gone}}/","events":["*"]}""");

        Assert.Equal("""{"taken":false,"fault":"connection","ms":0}""", (await door.SendAsync("POST", "/v1/webhooks/one/test")).Text);
    }

    [Fact]
    public async Task Where_a_name_leads_is_looked_at_for_each_connection_so_one_that_turns_private_is_not_reached()
    {
        await using Receiver receiver = await Receiver.OpenAsync();
        var resolver = new Resolver();
        await using TestDoor door = await TestDoor.OpenAsync(replace: s => s.Replace(ServiceDescriptor.Singleton<IHostResolver>(resolver)));
        int port = new Uri(receiver.Url).Port;
        await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"https://hooks.example.com:{{port}}/","events":["*"]}""");

        foreach (string[] answer in new string[][] { ["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["169.254.169.254"] })
        {
            resolver.Addresses = [.. answer.Select(IPAddress.Parse)];
            Assert.Equal("""{"taken":false,"fault":"private_network","ms":0}""", (await door.SendAsync("POST", "/v1/webhooks/one/test")).Text);
        }

        Assert.Equal(5, resolver.Asked);
        Assert.Empty(receiver.Posts);
    }

    [Fact]
    public async Task The_same_name_is_reached_where_private_networks_are_allowed()
    {
        await using Receiver receiver = await Receiver.OpenAsync();
        var resolver = new Resolver { Addresses = [IPAddress.Loopback] };
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true }, replace: s => s.Replace(ServiceDescriptor.Singleton<IHostResolver>(resolver)));
        await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"http://hooks.example.com:{{new Uri(receiver.Url).Port}}/","events":["*"]}""");

        Assert.Equal("""{"taken":true,"status":204,"ms":0}""", (await door.SendAsync("POST", "/v1/webhooks/one/test")).Text);
        Assert.Equal(1, resolver.Asked);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        await using Receiver receiver = await Receiver.OpenAsync();
        await using TestDoor door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true });
        await door.SendAsync("PUT", "/v1/webhooks/one", $$"""{"url":"{{receiver.Url}}/first","events":["*"]}""");
        receiver.Answer = (_, context) =>
        {
            context.Response.Headers.Location = receiver.Url + "/second";
            return 307;
        };

        Assert.Equal("""{"taken":false,"status":307,"ms":0}""", (await door.SendAsync("POST", "/v1/webhooks/one/test")).Text);

        Assert.Equal("/first", Assert.Single(receiver.Posts).Path);
    }

    private sealed class Resolver : IHostResolver
    {
        private int asked;

        public IPAddress[] Addresses { get; set; } = [];

        public int Asked => asked;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult(Addresses);
        }
    }
}
