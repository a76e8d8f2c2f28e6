using Microsoft.AspNetCore.Hosting;
using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Router.LoadTest.Children;

/// <summary>
/// Kestrel that reads a body and answers 202, nothing else: what HTTP alone costs, and so the ceiling of the driver. A stream of lines is answered line by line.
/// </summary>
internal static class EmptyEndpoint
{
    private static readonly byte[] answer = Encoding.ASCII.GetBytes(
        """{"id":"01a21e50-ab3a-7540-bf39-d3bdec4a2953","status":"accepted","conversation":"0c556737-d94c-7578-9d89-32471fff106e"}""");

    private static readonly byte[] line = [.. answer, (byte)'\n'];

    /// <summary>Serves until its input ends.</summary>
    internal static async Task RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static k => (k.Limits.MaxRequestBodySize, k.Limits.MinRequestBodyDataRate) = (null, null));
        await using WebApplication app = builder.Build();
        app.Run(static context => context.Request.ContentType == "application/x-ndjson" ? LinesAsync(context) : SingleAsync(context));
        await app.StartAsync();
        Console.WriteLine($$"""{"port":{{new Uri(app.Urls.First()).Port}}}""");
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task SingleAsync(HttpContext context)
    {
        PipeReader body = context.Request.BodyReader;
        ReadResult read;
        do
        {
            read = await body.ReadAsync();
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer);
    }

    private static async Task LinesAsync(HttpContext context)
    {
        PipeReader body = context.Request.BodyReader;
        context.Response.ContentType = "application/x-ndjson";
        while (true)
        {
            ReadResult read = await body.ReadAsync();
            long lines = 0;
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                lines += part.Span.Count((byte)'\n');
            }

            body.AdvanceTo(read.Buffer.End);
            for (; lines > 0; lines--)
            {
                context.Response.BodyWriter.Write(line);
            }

            await context.Response.BodyWriter.FlushAsync();
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
