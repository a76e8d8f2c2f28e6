using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Router.EndToEnd.Tests;

/// <summary>Debian's Chromium (<c>tests/peers/install</c>), driven by Playwright; remembers what pages said and asked for elsewhere.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<string> faults = [];

    private Browser(IPlaywright playwright, IBrowser browser, IPage page, Uri home)
    {
        this.playwright = playwright;
        this.browser = browser;
        Page = page;
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(home.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                faults.Add("asked for " + request.Url);
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        page.Console += (_, message) =>
        {
            // Refusals by the policy of the page's own content are told here; answers 401 and 403, too, which the tests bring about.
            if (message.Type == "error" && !message.Text.Contains("status of 40", StringComparison.Ordinal))
            {
                faults.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors of the pages' scripts and requests to anywhere but the router.</summary>
    public IReadOnlyList<string> Faults => faults;

    public static async Task<Browser> OpenAsync(Uri home)
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = home.ToString(), ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        page.SetDefaultTimeout(60_000);
        return new Browser(playwright, browser, page, home);
    }

    /// <summary>What axe finds wrong for people who use other means than mouse and eyes.</summary>
    public async Task<IReadOnlyList<string>> AxeAsync() =>
        [.. (await Page.RunAxe()).Violations.Select(static v => $"{v.Id}: {string.Join(" | ", v.Nodes.Select(static n => n.Html))}")];

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
