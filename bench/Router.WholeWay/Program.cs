using System.Diagnostics;
using System.Globalization;
using System.Text;
using Router.JournalBench;
using Router.WholeWay;

// The figure of the README: messages accepted durably → delivered by loopback → receipt as event, by one NDJSON stream and one event stream, beside raw SQLite inserts
// in the same run. Client and host share the machine.
int messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"router-whole-way-{Environment.ProcessId}")).FullName;
try
{
    double raw = RawInserts.Run(Directory.CreateDirectory(Path.Combine(folder, "before")).FullName, 400_000, 4096);
    Console.WriteLine($"raw inserts (300 B rows, 1,000 a transaction, WAL, FULL): {raw:N0} rows/s");
    using Host host = await Host.StartAsync(Directory.CreateDirectory(Path.Combine(folder, "data")).FullName);

    // The compiler is done with the whole way after some 300,000 messages (tier 1 with profiles); until then a message costs twice as much. Both are told.
    int warmUp = Math.Min(messages, 200_000);
    (_, double cold, TimeSpan coldCpu) = await RoundAsync(host, warmUp, 1);
    Console.WriteLine($"the first {warmUp:N0} after the start: {cold:N0} msg/s; {coldCpu.TotalMicroseconds / warmUp:F1} µs CPU a message in the host");
    await RoundAsync(host, warmUp, 2);
    (double accepted, double delivered, TimeSpan cpu) = await RoundAsync(host, messages, 3);
    raw = (raw + RawInserts.Run(Directory.CreateDirectory(Path.Combine(folder, "after")).FullName, 400_000, 4096)) / 2; // the machine is not the same a minute later
    Console.WriteLine($"accepted: {accepted:N0} msg/s ({accepted / raw:F2} of raw)");
    Console.WriteLine($"accepted, delivered, told as event: {delivered:N0} msg/s ({delivered / raw:F2} of raw, {raw:N0}); {cpu.TotalMicroseconds / messages:F1} µs CPU a message in the host; RSS {host.ResidentBytes / 1e6:N0} MB");
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<(double Accepted, double Delivered, TimeSpan Cpu)> RoundAsync(Host host, int messages, int seed)
{
    var random = new Random(seed);
    var lines = new StringBuilder();
    for (int i = 0; i < messages; i++)
    {
        lines.Append(CultureInfo.InvariantCulture, $$$"""{"to":"sms:+39{{{random.NextInt64(3_000_000_000, 3_999_999_999)}}}","purpose":"service","content":{"type":"text","text":"Your parcel {{{i:D9}}} is on its way and will be with you today between two and four in the afternoon."} }""").Append('\n');
    }

    byte[] body = Encoding.UTF8.GetBytes(lines.ToString());
    using HttpClient client = host.Client(host.Key);
    await using Stream events = await client.GetStreamAsync("/v1/events");
    TimeSpan cpu = host.Cpu;
    long start = Stopwatch.GetTimestamp();
    Task<int> told = LineStream.CountAsync(events, "event: message.delivered"u8.ToArray(), messages);
    int accepted = await LineStream.RunAsync(host, body);
    double acceptedRate = accepted / Stopwatch.GetElapsedTime(start).TotalSeconds;
    int delivered = await told;
    double deliveredRate = delivered / Stopwatch.GetElapsedTime(start).TotalSeconds;
    return accepted == messages && delivered == messages
        ? (acceptedRate, deliveredRate, host.Cpu - cpu)
        : throw new InvalidOperationException($"{accepted} accepted and {delivered} delivered of {messages}");
}
