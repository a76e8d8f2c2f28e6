using System.Net;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>The disk under the real host fills up, or does not keep what it is told to: nothing acknowledged is lost, and the host goes on by itself.</summary>
public sealed class DiskTests(ITestOutputHelper output)
{
    private const string Loopback = """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":5}}""";

    [Fact]
    public async Task A_full_disk_refuses_says_so_once_and_takes_again_when_there_is_room()
    {
        using SmallDisk disk = SmallDisk.Mount(192);
        await using var router = new RouterProcess { DataFolder = Path.Combine(disk.Folder, "data") };
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        var load = new Load(client);
        await load.PostLinesAsync(500);
        disk.Fill();

        await FailsThenRecoversAsync(router, load, "full", disk.Empty);
    }

    [Fact]
    public async Task An_fsync_that_fails_refuses_says_so_once_and_takes_again_when_it_works()
    {
        using SystemFaults faults = SystemFaults.Load();
        await using var router = new RouterProcess { Environment = faults.Environment };
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, Loopback);
        var load = new Load(client);
        await load.PostLinesAsync(500);
        faults.FsyncFails = true;

        await FailsThenRecoversAsync(router, load, "journal", () =>
        {
            Assert.True(faults.FsyncsFailed > 0);
            faults.FsyncFails = false;
        });
    }

    private async Task FailsThenRecoversAsync(RouterProcess router, Load load, string reason, Action end)
    {
        await Until.TrueAsync(async () => (await load.PostOneAsync()) == HttpStatusCode.ServiceUnavailable, () => "it still accepts");
        for (int i = 0; i < 100; i++)
        {
            await load.PostOneAsync();
        }

        // A stream that comes meanwhile: refused line by line, or held up until it is over.
        Task stream = load.PostLinesAsync(100);

        string told = "";
        await Until.TrueAsync(
            async () =>
            {
                (int status, told) = await router.ReadyAsync();
                return status == 503 && told.Contains(reason, StringComparison.Ordinal);
            },
            () => "/readyz does not say it: " + told + "\n" + router.Output);
        output.WriteLine(told);
        int before = load.Accepted.Count;
        end();

        // By itself, without a message: a load balancer sends none to a Router that is not ready.
        await Until.TrueAsync(async () => (await router.ReadyAsync()).Status == 200, () => "it does not go on: " + router.Output);
        await stream;
        await load.PostLinesAsync(500);
        Assert.True(load.Accepted.Count >= before + 500, $"{load.Accepted.Count - before} of 500 accepted");
        await load.AllDeliveredAsync();
        await router.KillAsync();
        await router.StartAsync();
        await load.AllDeliveredAsync();
        output.WriteLine($"{load.Accepted.Count} accepted, {load.Refused.Count} refused");
        LogLines.AreFew(router, output);
        Assert.Single(router.Lines, static l => l.Contains("could not be written", StringComparison.Ordinal));
        Assert.Single(router.Lines, static l => l.Contains("can be written again", StringComparison.Ordinal));
    }
}
