using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>Fallbacks over carriers that we did not write, with the host killed in between: one goes where its message could not be delivered, and only there.</summary>
public sealed class FallbackTests
{
    private const int Each = 40;

    // Three kinds of messages by prefix: 390 is delivered, 391 is refused for good by the carrier (ESME_RINVDSTADR), 49 leaves and is never heard of again.
    private static readonly string[] Kinds = ["390", "391", "49"];

    [Fact]
    public async Task A_fallback_goes_once_where_its_message_was_refused_or_not_heard_of_and_nowhere_else_whatever_dies()
    {
        string refused = string.Join(',', Enumerable.Range(0, Each).Select(static i => $"\"391{i:D7}\":11"));
        await using Carrier first = await Carrier.StartAsync($$$"""{"echo":true,"delayMs":10,"refuse":{{{{refused}}}}}""");
        await using Carrier mute = await Carrier.StartAsync("""{"echo":true,"receipts":"none"}""");
        await using Carrier second = await Carrier.StartAsync("""{"echo":true,"delayMs":10}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Smpp(first));
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        await Api.PutAsync(admin, "/admin/providers/mute", Smpp(mute));
        await Api.PutAsync(admin, "/admin/providers/second", Smpp(second));
        await Api.PutAsync(admin, "/admin/routes", """
            {"routes":[{"channel":"sms","prefix":"39","providers":["carrier"]},{"channel":"sms","prefix":"49","providers":["mute"]},{"channel":"sms","prefix":"44","providers":["second"]}]}
            """);

        List<JsonElement> answers = await Api.PostLinesAsync(client, Kinds.SelectMany(static kind => Enumerable.Range(0, Each).Select(i => $$"""
            {"to":"sms:+{{kind}}{{i:D7}}","purpose":"service","content":{"type":"text","text":"{{kind}} {{i}}"},"fallback":{"to":"sms:+44{{kind}}{{i:D6}}","content":{"type":"text","text":"instead of {{kind}} {{i}}"},"afterSeconds":{{(kind == "49" ? 3 : 600)}} } }
            """)));
        Assert.All(answers, static answer => Assert.True(answer.TryGetProperty("id", out _), answer.GetRawText()));
        for (int kill = 0; kill < 2; kill++)
        {
            await router.KillAsync();
            await router.StartAsync();
        }

        List<string> fallbacks = [];
        foreach (JsonElement answer in answers)
        {
            JsonElement message = await Api.GetAsync(client, answer.GetProperty("id").GetString()!);
            fallbacks.Add(message.GetProperty("fallback").GetProperty("message").GetString()!);
        }

        Assert.Equal(3 * Each, fallbacks.Distinct().Count());
        await Api.WaitForEndAsync(client, fallbacks, TimeSpan.FromMinutes(2));
        for (int i = 0; i < fallbacks.Count; i++)
        {
            string kind = Kinds[i / Each];
            string text = $"{kind} {i % Each}";
            JsonElement message = await Api.GetAsync(client, answers[i].GetProperty("id").GetString()!);
            JsonElement fallback = await Api.GetAsync(client, fallbacks[i]);
            string status = message.GetProperty("status").GetString()!;

            // Three seconds are short beside two starts: what had not left by then expires before its fallback goes.
            Assert.Contains(status, kind switch { "390" => ["delivered"], "391" => ["undelivered"], _ => (string[])["sent", "expired"] });
            Assert.Equal(kind == "390" ? "cancelled" : "delivered", fallback.GetProperty("status").GetString());
            Assert.Equal(kind != "390", second.Texts.ContainsKey("instead of " + text));
            Assert.True(status is "undelivered" or "expired" || (kind == "49" ? mute : first).Texts.ContainsKey(text), text);
        }

        // What was in flight at a kill may come twice (DESIGN §4.4); a fallback that went twice without would be more than that.
        Assert.InRange(second.Submits, 2 * Each, (2 * Each) + (2 * 20));
    }

    private static string Smpp(Carrier carrier) => $$"""
        {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{carrier.Port}},"systemId":"s","password":"p","binds":1,"window":10,"responseTimeoutSeconds":5} }
        """;
}
