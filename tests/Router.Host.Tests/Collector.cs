using System.Buffers.Binary;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Router.Host.Tests;

/// <summary>A collector of OTLP over gRPC that keeps what it is sent, as bytes and as spans.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<byte[]> traces = [];
    private readonly List<byte[]> others = [];

    private Collector(WebApplication app) => this.app = app;

    public Uri Url => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Every body: traces, metrics.</summary>
    public IReadOnlyList<byte[]> Bodies
    {
        get
        {
            lock (traces)
            {
                return [.. traces, .. others];
            }
        }
    }

    /// <summary>Every span.</summary>
    public IReadOnlyList<CollectedSpan> Spans
    {
        get
        {
            lock (traces)
            {
                return [.. traces.SelectMany(static t => CollectedSpan.Read(t))];
            }
        }
    }

    public static async Task<Collector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static o => o.Listen(IPAddress.Loopback, 0, static l => l.Protocols = HttpProtocols.Http2));
        var collector = new Collector(builder.Build());
        collector.app.Run(collector.TakeAsync);
        await collector.app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    // gRPC: a byte that says whether it is compressed, the length, the message; the answer is an empty one, its status is a trailer.
    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] bytes = body.ToArray();
        Assert.Equal(0, bytes[0]);
        Assert.Equal(bytes.Length - 5, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)));
        lock (traces)
        {
            (context.Request.Path.Value!.Contains("trace", StringComparison.Ordinal) ? traces : others).Add(bytes[5..]);
        }

        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
