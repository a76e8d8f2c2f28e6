using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine;
using Router.FrontDoor;
using Router.Host;
using Router.Host.Settings;
using Router.Storage.Sqlite;

namespace Router.Bench.WholeWay;

/// <summary>The real host in this process, over the real store in a temporary folder, on a free port of loopback; with a tenant, the loopback provider and a route.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private const string OperatorKey = "operator-key-of-the-bench";

    private readonly string folder = Directory.CreateTempSubdirectory("router-bench-").FullName;
    private SqliteStore? store;
    private WebApplication? app;

    private RunningHost()
    {
    }

    /// <summary>Where it serves.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>A key of the tenant.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Starts it; all shards have an owner when it returns.</summary>
    public static async Task<RunningHost> StartAsync(EngineOptions engine, SqliteStoreOptions store)
    {
        var host = new RunningHost();
        try
        {
            await host.ServeAsync(engine, store);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (store is not null)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task ServeAsync(EngineOptions engine, SqliteStoreOptions options)
    {
        var settings = new HostSettings { FrontDoor = new FrontDoorOptions { OperatorKey = OperatorKey }, HttpUrl = new Uri("http://127.0.0.1:0"), StoragePath = folder, LogLevel = LogLevel.Warning, Engine = engine };
        store = SqliteStore.Open(options with { Path = folder }, TimeProvider.System, NullLoggerFactory.Instance);
        app = RouterHost.Build(settings, store);
        await app.StartAsync();
        var url = new Uri(app.Urls.First());
        EndPoint = new IPEndPoint(IPAddress.Loopback, url.Port);

        using var admin = new HttpClient { BaseAddress = url };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
        await WaitUntilReadyAsync(admin);
        await PutAsync(admin, "/admin/tenants/bench", """{"name":"Bench","senders":["+390001"]}""");
        await PutAsync(admin, "/admin/providers/loop", """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0,"failureRate":0,"throttleRate":0,"receipts":"delivered"}}""");
        await PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["loop"]}]}""");
        using StringContent role = Json("""{"role":"owner"}""");
        using HttpResponseMessage made = await admin.PostAsync(new Uri("/admin/tenants/bench/keys", UriKind.Relative), role);
        Key = (await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    private static async Task WaitUntilReadyAsync(HttpClient admin)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            using HttpResponseMessage answer = await admin.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await look.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task PutAsync(HttpClient admin, string path, string body)
    {
        using StringContent content = Json(body);
        using HttpResponseMessage answer = await admin.PutAsync(new Uri(path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
