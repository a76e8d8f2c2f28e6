using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.LoadTest.Load;
using Router.Testing.Processes;

namespace Router.LoadTest.Peers;

/// <summary>A limit: one Orleans call a message to 64 grains of a silo in this process, 300 bytes each, 16 calls under way to each grain.</summary>
internal static class GrainCalls
{
    private const int Grains = 64;
    private const int UnderWay = 16;
    private const int MessageBytes = 300;

    /// <summary>Calls a second.</summary>
    internal static async Task<double> RunAsync(double seconds)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(static silo => silo.UseLocalhostClustering(Ports.Claim(), Ports.Claim()));
        using IHost host = builder.Build();
        await host.StartAsync();
        IGrainFactory grains = host.Services.GetRequiredService<IGrainFactory>();
        await CallAsync(grains, seconds / 3); // the JIT's
        double perSecond = await CallAsync(grains, seconds);
        await host.StopAsync();
        return perSecond;
    }

    private static async Task<double> CallAsync(IGrainFactory grains, double seconds)
    {
        byte[] message = new byte[MessageBytes];
        long start = Clock.Now;
        long end = start + Clock.Seconds(seconds);
        long[] counts = await Task.WhenAll(Enumerable.Range(0, Grains * UnderWay).Select(i => Task.Run(async () =>
        {
            IMessageGrain grain = grains.GetGrain<IMessageGrain>(i % Grains);
            long count = 0;
            for (; Clock.Now < end; count++)
            {
                await grain.TakeAsync(message);
            }

            return count;
        })));
        return counts.Sum() / ((Clock.Now - start) / 1e9);
    }
}
