using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Acknowledged means kept (DESIGN §4.1), for people who write: the real host is killed at random moments while a carrier brings whole messages, parts and STOPs over several binds. What was
/// acknowledged is there, a long message once; what was not is told again.
/// </summary>
public sealed class InboundKillTests(ITestOutputHelper output)
{
    private const int Persons = 50;
    private static readonly int Cycles = int.Parse(Environment.GetEnvironmentVariable("ROUTER_INBOUND_KILL_CYCLES") ?? "8", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Everything_acknowledged_survives_kill_9_and_a_long_message_is_one()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ROUTER_KILL_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        await using Carrier carrier = await Carrier.StartAsync("""{"echo":false,"receipts":"none"}""");
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = await Api.SetUpAsync(router, $$$"""
            {"kind":"smpp","channels":["sms"],"settings":{"host":"127.0.0.1","port":{{{carrier.Port}}},"systemId":"s","password":"p","binds":3,"window":20} }
            """);
        var written = new Dictionary<string, string>();
        var sends = new Dictionary<string, int>();
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            if (cycle > 0)
            {
                await router.StartAsync();
            }

            using var killed = new CancellationTokenSource();
            Task writing = WriteAsync(killed.Token);
            await Task.Delay(random.Next(300, 1_200));
            await router.KillAsync();
            await killed.CancelAsync();
            await writing;
        }

        await router.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!written.Keys.All(carrier.Acknowledged.ContainsKey))
        {
            await TellAgainAsync();
            await Task.Delay(500, patience.Token);
        }

        Dictionary<string, int> told = await ReadAsync(client);
        while (written.Keys.Where(static t => t.EndsWith(".2", StringComparison.Ordinal)).Any(t => !told.ContainsKey(Whole(t))))
        {
            await Task.Delay(200, patience.Token); // the last parts are joined in the commit after theirs
            told = await ReadAsync(client);
        }

        string[] longs = [.. written.Keys.Where(static t => t.EndsWith(".2", StringComparison.Ordinal)).Select(Whole)];
        string[] wholes = [.. written.Keys.Where(static t => !t.Contains('.', StringComparison.Ordinal) && t[0] == 'w')];
        output.WriteLine($"seed {seed}: {Cycles} kills, {written.Count} written, {wholes.Length} whole, {longs.Length} long, {told.Values.Sum()} told");

        // What was put back was sent again by the carrier.
        int Sends(string tag) => sends[tag] + carrier.PutBack.GetValueOrDefault(tag);
        Assert.All(wholes, tag => Assert.InRange(told.GetValueOrDefault(tag), 1, Sends(tag)));
        string[] stops = [.. written.Keys.Where(static t => t[0] == 's')];
        Assert.InRange(told.GetValueOrDefault("stop"), stops.Count(carrier.Acknowledged.ContainsKey), stops.Sum(Sends));
        Assert.All(longs, text => Assert.Equal(1, told[text]));
        Assert.True(longs.Length > Cycles && wholes.Length > Cycles, "the load was too small to prove anything");
        foreach (string stop in stops)
        {
            string address = "sms:+39333" + (int.Parse(stop.AsSpan(1), CultureInfo.InvariantCulture) % Persons).ToString("D7", CultureInfo.InvariantCulture);
            JsonElement consents = await client.GetFromJsonAsync<JsonElement>("/v1/consents?address=" + Uri.EscapeDataString(address));
            Assert.Contains("withdrawn", consents.GetRawText(), StringComparison.Ordinal);
        }

        async Task WriteAsync(CancellationToken stop)
        {
            await TellAgainAsync();
            while (!stop.IsCancellationRequested)
            {
                int number = written.Count;
                string from = $"39333{number % Persons:D7}";
                switch (random.Next(8))
                {
                    case 0:
                        await TellAsync($"s{number}", $$"""{"source_addr_ton":1,"source_addr_npi":1,"source_addr":"{{from}}","destination_addr":"390001","short_message":"stop"}""");
                        break;
                    case < 4:
                        // A reference of its own for each of the parts open at a time; the parts come over different binds.
                        for (int part = 2; part >= 1; part--)
                        {
                            string udh = $"050003{number & 0xFF:X2}02{part:X2}";
                            await TellAsync(
                                $"l{number}.{part}",
                                $$$"""{"source_addr_ton":1,"source_addr_npi":1,"source_addr":"{{{from}}}","destination_addr":"390001","esm_class":64,"short_message":{"udh":"{{{udh}}}","message":"l{{{number}}}.{{{part}}};"} }""");
                        }

                        break;
                    default:
                        await TellAsync($"w{number}", $$"""{"source_addr_ton":1,"source_addr_npi":1,"source_addr":"{{from}}","destination_addr":"390001","short_message":"w{{number}}"}""");
                        break;
                }

                await Task.Delay(4, CancellationToken.None);
            }
        }

        async Task TellAsync(string tag, string pdu)
        {
            written[tag] = pdu;
            await SendAsync(tag, pdu);
        }

        Task SendAsync(string tag, string pdu)
        {
            sends[tag] = sends.GetValueOrDefault(tag) + 1;
            return carrier.SendAsync(pdu, tag, random.Next(3));
        }

        async Task TellAgainAsync()
        {
            foreach ((string tag, string pdu) in written.Where(w => !carrier.Acknowledged.ContainsKey(w.Key)).ToArray())
            {
                await SendAsync(tag, pdu);
            }
        }
    }

    // The text of the long message whose second part has this tag.
    private static string Whole(string tag) => $"{tag[..^1]}1;{tag};";

    private static async Task<Dictionary<string, int>> ReadAsync(HttpClient client)
    {
        var told = new Dictionary<string, int>();
        string? next = null;
        do
        {
            JsonElement page = await client.GetFromJsonAsync<JsonElement>("/v1/messages?status=delivered&limit=200" + (next is null ? "" : "&after=" + next));
            foreach (JsonElement message in page.GetProperty("items").EnumerateArray().Where(static m => m.GetProperty("direction").GetString() == "inbound"))
            {
                string text = message.GetProperty("content").GetProperty("text").GetString()!;
                told[text] = told.GetValueOrDefault(text) + 1;
            }

            next = page.TryGetProperty("next", out JsonElement more) ? more.GetString() : null;
        }
        while (next is not null);
        return told;
    }
}
