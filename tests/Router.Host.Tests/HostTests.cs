using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Router.Host.Tests;

/// <summary>The program as an operator meets it: starts, refuses with a remedy, keeps the operator's key, ends at SIGTERM.</summary>
public sealed class HostTests : IDisposable
{
    private const string AnyPort = "--Http:Url=http://127.0.0.1:0";
    private const string Announces = "operator key, shown this once: ";
    private readonly string folder = Directory.CreateTempSubdirectory("router-host-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_wrong_setting_ends_the_start_with_code_2_and_one_line_and_touches_nothing()
    {
        await using HostProcess host = HostProcess.Start(folder, "--Http:Url=8080");

        (int code, IReadOnlyList<string> errors) = await host.EndAsync(Stop);

        Assert.Equal(2, code);
        Assert.StartsWith("Http:Url is '8080': give", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task The_operator_key_is_made_and_shown_once_apart_from_the_log_and_still_opens_after_a_restart()
    {
        string key;
        await using (HostProcess first = HostProcess.Start(folder, AnyPort, "--Log:Format=json"))
        {
            using HttpClient client = await first.ReadyAsync(null, Stop);
            key = (await first.ErrorLineAsync(Announces, Stop))[Announces.Length..];
            await PutTenantAsync(client, key);
            first.SendTerminate();
            (int code, IReadOnlyList<string> errors) = await first.EndAsync(Stop);
            Assert.Equal((0, 1), (code, errors.Count));
            Assert.DoesNotContain(first.Lines, l => l.Contains(key, StringComparison.Ordinal));
            Assert.All(first.Lines, static l => System.Text.Json.JsonDocument.Parse(l).Dispose());
        }

        await using HostProcess second = HostProcess.Start(folder, AnyPort);
        using HttpClient again = await second.ReadyAsync(key, Stop);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(new Uri("/admin/shards", UriKind.Relative), Stop)).StatusCode);
        second.SendTerminate();
        Assert.Empty((await second.EndAsync(Stop)).Errors);
    }

    [Fact]
    public async Task A_second_process_on_the_folder_and_on_the_port_is_refused_with_the_remedy()
    {
        await using HostProcess first = HostProcess.Start(folder, AnyPort, "--Operator:Key=operator-key-of-the-test");
        using HttpClient client = await first.ReadyAsync("operator-key-of-the-test", Stop);

        await using HostProcess sameFolder = HostProcess.Start(folder, AnyPort);
        (int code, IReadOnlyList<string> errors) = await sameFolder.EndAsync(Stop);
        Assert.Equal(3, code);
        Assert.Contains("is in use by process", Assert.Single(errors), StringComparison.Ordinal);

        string other = Directory.CreateDirectory(Path.Combine(folder, "other")).FullName;
        await using HostProcess samePort = HostProcess.Start(other, $"--Http:Url={client.BaseAddress}");
        (code, errors) = await samePort.EndAsync(Stop);
        Assert.Equal(2, code);
        Assert.Contains("is in use by another program", Assert.Single(errors), StringComparison.Ordinal); // and no key: a start that fails makes none
        Assert.DoesNotContain(samePort.Lines, static l => l.Contains("   at ", StringComparison.Ordinal)); // no stack: the one line says it all

        // Guards against a key that was kept by a start that ended early and shown by none.
        await using HostProcess later = HostProcess.Start(other, AnyPort);
        string shown = await later.ErrorLineAsync(Announces, Stop);
        using HttpClient opened = await later.ReadyAsync(shown[Announces.Length..], Stop);
        Assert.Equal(HttpStatusCode.OK, (await opened.GetAsync(new Uri("/admin/shards", UriKind.Relative), Stop)).StatusCode);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused_with_the_remedy()
    {
        // RFC 5737: nobody's.
        await using HostProcess host = HostProcess.Start(folder, "--Http:Url=http://192.0.2.1:8080");

        (int code, IReadOnlyList<string> errors) = await host.EndAsync(Stop);

        Assert.Equal(2, code);
        Assert.Equal("Http:Url http://192.0.2.1:8080/ is not an address of this machine: give one that is; for all of them, 0.0.0.0", Assert.Single(errors));
    }

    [Fact]
    public async Task A_silo_that_cannot_listen_names_its_own_setting()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        await using HostProcess host = HostProcess.Start(folder, AnyPort, $"--Cluster:Address={taken.LocalEndpoint}");

        (int code, IReadOnlyList<string> errors) = await host.EndAsync(Stop);

        Assert.Equal(2, code);
        Assert.Equal($"Cluster:Address {taken.LocalEndpoint} is in use by another program: stop that one, or give another port", Assert.Single(errors));
    }

    [Fact]
    public async Task SIGTERM_ends_open_streams_of_events_and_lines_drains_and_exits_0_and_two_Routers_run_side_by_side()
    {
        const string Operator = "operator-key-of-the-test";
        await using HostProcess host = HostProcess.Start(folder, AnyPort, "--Operator:Key=" + Operator);
        await using HostProcess beside = HostProcess.Start(folder, AnyPort, "--Storage:Path=beside");
        using HttpClient client = await host.ReadyAsync(Operator, Stop);
        using HttpClient clientBeside = await beside.ReadyAsync(null, Stop);
        string key = await PutTenantAsync(client, Operator);
        using HttpRequestMessage events = new(HttpMethod.Get, "/v1/events") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using HttpResponseMessage stream = await client.SendAsync(events, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);

        // A client of lines that sends no more and does not close: the process does not wait for it, so that it has the time to drain.
        using TcpClient lines = new();
        await lines.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port, Stop);
        await lines.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nHost: router\r\nAuthorization: Bearer {key}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"), Stop);
        Assert.True(await lines.GetStream().ReadAsync(new byte[16], Stop) > 0); // the answer's head: the stream is open

        host.SendTerminate();

        (int code, IReadOnlyList<string> errors) = await host.EndAsync(Stop);
        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.Contains(host.Lines, static l => l.Contains("drained in", StringComparison.Ordinal));
        Assert.EndsWith("stopped", host.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(host.Lines, static l => l.Contains(" fail: ", StringComparison.Ordinal) || l.Contains(" warn: ", StringComparison.Ordinal));
    }

    // A key of the tenant's owner.
    private static async Task<string> PutTenantAsync(HttpClient client, string operatorKey)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", operatorKey);
        using StringContent tenant = new("""{"name":"Acme"}""", new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage put = await client.PutAsync(new Uri("/admin/tenants/acme", UriKind.Relative), tenant, Stop);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Stop));
        using StringContent role = new("""{"role":"owner"}""", new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage made = await client.PostAsync(new Uri("/admin/tenants/acme/keys", UriKind.Relative), role, Stop);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using System.Text.Json.JsonDocument body = System.Text.Json.JsonDocument.Parse(await made.Content.ReadAsStringAsync(Stop));
        return body.RootElement.GetProperty("key").GetString()!;
    }
}
