using System.Globalization;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>What the host counts itself.</summary>
internal static class Figures
{
    /// <summary>Messages delivered since it was started.</summary>
    public static async Task<long> DeliveredAsync(RouterProcess router)
    {
        using HttpClient client = router.Client(RouterProcess.OperatorKey);
        string metrics = await client.GetStringAsync("/metrics");
        return metrics.Split('\n').Where(static l => l.StartsWith("router_messages_total", StringComparison.Ordinal) && l.Contains("status=\"delivered\"", StringComparison.Ordinal))
            .Sum(static l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
