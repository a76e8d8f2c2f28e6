using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A receiver of webhooks on a free port: keeps what came, answers what it is told to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TaskCompletionSource stopped = new();

    private Receiver(WebApplication app) => this.app = app;

    public string Url => app.Urls.Single();

    /// <summary>What came, in its order.</summary>
    public BlockingCollection<Post> Posts { get; } = [];

    /// <summary>Says what to answer: a status; -1 hangs until the receiver is disposed.</summary>
    public Func<Post, HttpContext, int> Answer { get; set; } = static (_, _) => 204;

    /// <summary>Writes the answer's body; null: it has none.</summary>
    public Func<HttpContext, Task>? Body { get; set; }

    public static async Task<Receiver> OpenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>The next post; fails after a minute.</summary>
    public async Task<Post> NextAsync() => await Task.Run(() => Posts.TryTake(out Post? post, TimeSpan.FromSeconds(60)) ? post : throw new TimeoutException("nothing came"));

    public async ValueTask DisposeAsync()
    {
        stopped.TrySetResult();
        await app.DisposeAsync();
        Posts.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var post = new Post(context.Request.Path, context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
        int status = Answer(post, context);
        Posts.Add(post);
        if (status < 0)
        {
            await Task.WhenAny(stopped.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        await (Body?.Invoke(context) ?? Task.CompletedTask);
    }
}

/// <summary>A post to a <see cref="Receiver"/>.</summary>
internal sealed record Post(string Path, Dictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;

    public string Text => Encoding.UTF8.GetString(Body);

    public string[] Signatures => Headers["webhook-signature"].Split(' ');
}
