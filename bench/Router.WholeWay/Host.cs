using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Router.WholeWay;

/// <summary>The real host as a child process, with a tenant, the loopback provider and a route.</summary>
internal sealed class Host : IDisposable
{
    private const string OperatorKey = "operator-key-of-the-bench";
    private readonly Process process;

    private Host(Process process, int port)
    {
        this.process = process;
        Port = port;
    }

    public int Port { get; }

    public string Key { get; private set; } = "";

    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public static async Task<Host> StartAsync(string folder)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Router.Host"), [$"--Http:Url=http://127.0.0.1:{port}", $"--Storage:Path={folder}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        start.Environment["ROUTER__Operator__Key"] = OperatorKey;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var host = new Host(process, port);
        await host.SetUpAsync();
        return host;
    }

    public HttpClient Client(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private async Task SetUpAsync()
    {
        using HttpClient admin = Client(OperatorKey);
        for (int tries = 0; ; tries++)
        {
            try
            {
                (await admin.GetAsync("/readyz")).EnsureSuccessStatusCode();
                break;
            }
            catch (HttpRequestException) when (tries < 600)
            {
                await Task.Delay(50);
            }
        }

        await PutAsync(admin, "/admin/tenants/bench", """{"name":"Bench","senders":["+390001"]}""");
        await PutAsync(admin, "/admin/providers/loop", """{"kind":"loopback","channels":["sms"],"settings":{"latencyMs":0,"failureRate":0,"throttleRate":0,"receipts":"delivered"}}""");
        await PutAsync(admin, "/admin/routes", """{"routes":[{"channel":"sms","providers":["loop"]}]}""");
        using HttpResponseMessage made = await admin.PostAsync("/admin/tenants/bench/keys", new StringContent("""{"role":"owner"}""", Encoding.UTF8, "application/json"));
        Key = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    private static async Task PutAsync(HttpClient client, string path, string body) =>
        (await client.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
}
