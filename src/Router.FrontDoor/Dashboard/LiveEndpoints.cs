using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Hosting;
using Router.FrontDoor.Access;

namespace Router.FrontDoor.Dashboard;

/// <summary><c>GET /admin/live</c>: how everything is, once a second, as server-sent events, until the client goes, its key is taken away, or the process stops.</summary>
internal sealed class LiveEndpoints(LiveFeed feed, Doorkeeper doorkeeper, FrontDoorOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    internal void Map(Endpoints endpoints) => endpoints.Map("GET", "/admin/live", Permission.OperatorRead, StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            while (doorkeeper.Admit(context, Permission.OperatorRead, out _) is null)
            {
                await WriteAsync(context, await feed.LookAsync(ended.Token));
                await Task.Delay(LiveFeed.Every, time, ended.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // Gone, too slow, or the process stops: a page comes back by itself.
            context.Abort();
        }
    }

    private async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> look)
    {
        PipeWriter output = context.Response.BodyWriter;
        output.Write("data: "u8);
        output.Write(look.Span);
        output.Write("\n\n"u8);
        await output.FlushAsync(context.RequestAborted).AsTask().WaitAsync(options.StreamIdle, time, context.RequestAborted);
    }
}
