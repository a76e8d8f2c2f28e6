using System.Globalization;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>A carrier's account is changed under load.</summary>
public sealed class AccountChangeTests
{
    private const int Messages = 600;

    [Fact]
    public async Task New_passwords_lose_nothing_and_repeat_nothing()
    {
        // One bind at a time is all that the carrier allows, and it answers late: there is always something in flight.
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":true,"delayMs":60,"bindsMax":1}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Account(carrier, "first"));
        using HttpClient admin = router.Client(RouterProcess.OperatorKey);
        List<JsonElement> answers = await Api.PostLinesAsync(client, Enumerable.Range(0, Messages).Select(static n =>
            string.Create(CultureInfo.InvariantCulture, $$"""{"to":"sms:+3933{{n:00000000}}","purpose":"service","content":{"type":"text","text":"message {{n}}"} }""")));
        foreach (string password in (string[])["second", "third", "fourth"])
        {
            int before = carrier.Submits;
            while (carrier.Submits < before + 50)
            {
                await Task.Delay(10);
            }

            await Api.PutAsync(admin, "/admin/providers/carrier", Account(carrier, password));
        }

        Dictionary<string, int> ended = await Api.WaitForEndAsync(client, [.. answers.Select(static a => a.GetProperty("id").GetString()!)], TimeSpan.FromMinutes(2));
        Assert.Equal(Messages, ended["delivered"]);
        Assert.Equal((Messages, Messages), (carrier.Texts.Count, carrier.Submits));
        Assert.Equal(["first", "second", "third", "fourth"], carrier.Passwords);
        Assert.Equal(0, carrier.BoundTooOften);
        Assert.DoesNotContain("fourth", router.Output, StringComparison.Ordinal);
    }

    private static string Account(Carrier carrier, string password) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{carrier.Port}},"systemId":"router","password":"{{password}}","window":20} }""");
}
