using System.Globalization;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>What the host counts itself.</summary>
internal static class Figures
{
    /// <summary>Messages delivered since it was started.</summary>
    public static Task<long> DeliveredAsync(RouterProcess router) => SumAsync(router, "router_messages_total", "status=\"delivered\"");

    /// <summary>Messages accepted and not finished.</summary>
    public static Task<long> WaitingAsync(RouterProcess router) => SumAsync(router, "router_messages_waiting", "");

    private static async Task<long> SumAsync(RouterProcess router, string name, string label)
    {
        using HttpClient client = router.Client(RouterProcess.OperatorKey);
        string metrics = await client.GetStringAsync("/metrics");
        return metrics.Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal) && l.Contains(label, StringComparison.Ordinal))
            .Sum(static l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
