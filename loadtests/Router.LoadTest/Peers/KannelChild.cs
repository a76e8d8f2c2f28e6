using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Router.Testing.Processes;

namespace Router.LoadTest.Peers;

/// <summary>
/// Kannel as Debian has it: <c>bearerbox</c> with its store on disk (spool: a file a message), <c>smsbox</c> with the HTTP interface, and as carrier either its own <c>fakesmsc</c> or one by
/// SMPP. On free ports, in a folder of its own. It gives no receipts and reads no events: less work than Router does.
/// </summary>
internal sealed class KannelChild : IDisposable
{
    private const string Bearerbox = "/usr/sbin/bearerbox";
    private const string Smsbox = "/usr/sbin/smsbox";
    private const string FakeSmsc = "/usr/lib/kannel/test/fakesmsc";
    private static readonly TimeSpan startsWithin = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("router-load-kannel-").FullName;
    private readonly List<Process> processes = [];
    private long got;

    private KannelChild()
    {
    }

    /// <summary>Where <c>/cgi-bin/sendsms</c> is.</summary>
    internal IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, Ports.Claim());

    /// <summary>Messages that <c>fakesmsc</c> got.</summary>
    internal long Got => Interlocked.Read(ref got);

    /// <summary>Starts it; returns when the HTTP interface listens and the carrier is joined.</summary>
    /// <param name="smppPort">The carrier's port; null: its own <c>fakesmsc</c>.</param>
    internal static async Task<KannelChild> StartAsync(int? smppPort)
    {
        foreach (string program in new[] { Bearerbox, Smsbox, FakeSmsc })
        {
            if (!File.Exists(program))
            {
                throw new FileNotFoundException($"{program} is missing: start by loadtests/peers, which installs Debian's kannel and kannel-extras");
            }
        }

        var kannel = new KannelChild();
        try
        {
            await kannel.StartAllAsync(smppPort);
            return kannel;
        }
        catch
        {
            kannel.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // smsbox first: it would complain of the other's end.
        foreach (Process process in Enumerable.Reverse(processes))
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAllAsync(int? smppPort)
    {
        int admin = Ports.Claim();
        int boxes = Ports.Claim();
        int fake = Ports.Claim();
        string spool = Directory.CreateDirectory(Path.Combine(folder, "spool")).FullName;
        string file = Path.Combine(folder, "kannel.conf");
        string smsc = smppPort is { } port
            ? $"smsc = smpp\nsmsc-id = carrier\nhost = 127.0.0.1\nport = {port}\ntransceiver-mode = true\nsmsc-username = load\nsmsc-password = load\nsystem-type = \"\"\nmax-pending-submits = 500"
            : $"smsc = fake\nsmsc-id = carrier\nport = {fake}\nconnect-allow-ip = 127.0.0.1";
        await File.WriteAllTextAsync(file, $"""
            group = core
            admin-port = {admin}
            admin-password = load
            smsbox-port = {boxes}
            box-allow-ip = "127.0.0.1"
            store-type = spool
            store-location = "{spool}"
            dlr-storage = internal
            log-file = "{folder}/bearerbox.log"
            log-level = 3

            group = smsc
            {smsc}

            group = smsbox
            bearerbox-host = 127.0.0.1
            sendsms-port = {EndPoint.Port}
            log-file = "{folder}/smsbox.log"
            log-level = 3

            group = sendsms-user
            username = load
            password = load
            max-messages = 1

            group = sms-service
            keyword = default
            max-messages = 0
            text = "none"

            """);
        Start(Bearerbox, ["-v", "4", file]);
        await WaitForAsync(boxes);
        if (smppPort is null)
        {
            await WaitForAsync(fake);
            Start(FakeSmsc, ["-H", "127.0.0.1", "-r", $"{fake}", "-i", "1000000", "-m", "1", "393331234567 390001 text hello"], countsLines: true);
        }

        Start(Smsbox, ["-v", "4", file]);
        await WaitForAsync(EndPoint.Port);
    }

    private void Start(string program, string[] arguments, bool countsLines = false)
    {
        Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        DataReceivedEventHandler take = (_, line) =>
        {
            if (countsLines && line.Data?.Contains("Your parcel", StringComparison.Ordinal) == true)
            {
                Interlocked.Increment(ref got);
            }
        };
        process.OutputDataReceived += take;
        process.ErrorDataReceived += take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
    }

    private async Task WaitForAsync(int port)
    {
        using var limit = new CancellationTokenSource(startsWithin);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                if (processes.FirstOrDefault(static p => p.HasExited) is { } ended)
                {
                    throw new InvalidOperationException($"{ended.StartInfo.FileName} ended with {ended.ExitCode}: {await Log()}");
                }

                await Task.Delay(50, limit.Token);
            }
        }
    }

    private async Task<string> Log() => string.Join('\n', await Task.WhenAll(Directory.GetFiles(folder, "*.log").Select(static f => File.ReadAllTextAsync(f))));
}
