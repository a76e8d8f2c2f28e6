using System.Net;
using Microsoft.Playwright;
using Router.Testing.Processes;

using static Microsoft.Playwright.Assertions;

namespace Router.EndToEnd.Tests;

/// <summary>The pages people look at, in a real browser, over the real host: <c>/dashboard</c>, <c>/admin/grains/</c>, <c>/docs</c>.</summary>
public sealed class PageTests
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":1}}""";

    [Fact]
    public async Task The_dashboard_signs_in_shows_what_happens_drains_and_resumes_and_keeps_others_out()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        await using Browser browser = await Browser.OpenAsync(router.Url);
        IPage page = browser.Page;

        // Nothing is to be seen without a sign-in, and a tenant's key is none.
        await page.GotoAsync("/admin/grains/");
        Assert.Equal("/dashboard", new Uri(page.Url).AbsolutePath);
        await page.GetByLabel("Operator's key").FillAsync(client.DefaultRequestHeaders.Authorization!.Parameter!);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("opens nothing here");
        await page.GetByLabel("Operator's key").FillAsync(RouterProcess.OperatorKey);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("all is well");
        Assert.Equal([], await browser.AxeAsync());
        using HttpResponseMessage sent = await client.PostAsync("/v1/messages", Api.Json("""{"to":"sms:+393331234567","purpose":"marketing","content":{"type":"text","text":"hello"}}"""));
        Assert.Equal(HttpStatusCode.Accepted, sent.StatusCode);
        await Expect(page.Locator("#verdicts")).ToContainTextAsync("consent_missing");
        await Expect(page.Locator("#providers")).ToContainTextAsync("carrier");
        await Expect(page.Locator("#shards li")).ToHaveCountAsync(64);

        page.Dialog += static (_, dialog) => dialog.AcceptAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Drain carrier" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume carrier" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "carrier", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("drained");
        Assert.Equal([], await browser.AxeAsync());
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("up");
        await page.Keyboard.PressAsync("Escape");

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.Equal([], await browser.AxeAsync());
        foreach (int width in (int[])[360, 3840])
        {
            await page.SetViewportSizeAsync(width, 800);
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, $"it is wider than {width} px");
        }

        // The sign-in opens the grains' page, too, until it ends.
        await page.GotoAsync("/admin/grains/");
        await Expect(page.Locator("body")).ToContainTextAsync("Grain");
        await page.GotoAsync("/dashboard");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Operator's key")).ToBeVisibleAsync();
        await page.GotoAsync("/admin/grains/");
        Assert.Equal("/dashboard", new Uri(page.Url).AbsolutePath);
        Assert.Equal([], browser.Faults);
    }

    [Fact]
    public async Task The_description_of_the_API_is_shown_without_a_request_to_anywhere_else()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        await using Browser browser = await Browser.OpenAsync(router.Url);

        await browser.Page.GotoAsync("/docs");

        await Expect(browser.Page.Locator("body")).ToContainTextAsync("Send a message, or a stream of them");
        await Expect(browser.Page.Locator("body")).ToContainTextAsync("/v1/messages");
        Assert.Equal([], browser.Faults);
    }
}
