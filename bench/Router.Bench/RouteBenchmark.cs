using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Router.Core.Messages;
using Router.Core.Routing;
using Router.Core.Tenants;

namespace Router.Bench;

/// <summary>
/// Finds the routes of 1,024 messages among 1,203: 1,000 by prefix, 200 of tenants (with sender, prefix or purpose), 3 for all. Baseline: one look-up of
/// a 16-byte key in a dictionary of as many.
/// </summary>
[MemoryDiagnoser]
public class RouteBenchmark : IGate
{
    private const int Messages = 1_024;

    private readonly RouteTable _table;
    private readonly (int Tenant, DestinationPrefix Prefix, uint Sender, Purpose Purpose)[] _messages = new (int, DestinationPrefix, uint, Purpose)[Messages];
    private readonly Dictionary<UInt128, int> _plain = [];
    private readonly UInt128[] _keys = new UInt128[Messages];

    public RouteBenchmark()
    {
        var random = new Random(7);
        Tenant[] tenants = [.. Enumerable.Range(1, 100).Select(static n => new Tenant(n, $"t{n}", new TenantSettings { Name = "T" }))];
        ProviderAccount[] providers = [.. Enumerable.Range(1, 8).Select(static n => new ProviderAccount(n, $"p{n}", new ProviderSettings { Kind = "loopback", Channels = ["sms"], Cost = n }))];
        var routes = new List<RouteSettings> { Route(null, null, null, null), Route(null, null, null, "otp"), Route(null, null, null, "marketing") };
        for (int i = 0; i < 1_000; i++)
        {
            routes.Add(Route(null, null, (100 + i).ToString(CultureInfo.InvariantCulture) + (i % 3 == 0 ? "33" : ""), null));
        }

        for (int i = 0; i < 50; i++)
        {
            string tenant = tenants[i].Name;
            routes.AddRange([Route(tenant, null, null, null), Route(tenant, "+39000", null, null), Route(tenant, null, "39", null), Route(tenant, "+39000", "39", "otp")]);
        }

        _table = new Configuration(1, tenants, providers, routes, []).Routes;
        uint sender = Sender.TagOf("+39000"u8);
        for (int i = 0; i < Messages; i++)
        {
            byte[] digits = Encoding.ASCII.GetBytes("+" + random.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture));
            _messages[i] = (random.Next(1, 101), DestinationPrefix.Of(digits), random.Next(2) == 0 ? sender : 0, (Purpose)random.Next(4));
            _keys[i] = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
            _plain[_keys[i]] = i;
        }
    }

    public string Name => "route: 1,024 messages of 100 tenants";

    public double BudgetBytes => 0;

    public int OperationsPerRun => Messages;

    public void Run() => Find();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public int OneLookUp()
    {
        int sum = 0;
        foreach (UInt128 key in _keys)
        {
            sum += _plain[key];
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Find()
    {
        int found = 0;
        foreach ((int tenant, DestinationPrefix prefix, uint sender, Purpose purpose) in _messages)
        {
            found += _table.Find(tenant, Channel.Sms, prefix, sender, purpose, 0) is null ? 0 : 1;
        }

        return found;
    }

    private static RouteSettings Route(string? tenant, string? sender, string? prefix, string? purpose) =>
        new() { Channel = "sms", Tenant = tenant, Sender = sender, Prefix = prefix, Purpose = purpose, Providers = ["p3", "p1", "p2"] };
}
