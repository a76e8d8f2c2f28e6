using Router.Core.Tenants;
using Router.Providers.Settings;

namespace Router.Providers.Loopback;

/// <summary>Settings of a loopback account (DESIGN §6).</summary>
/// <param name="LatencyMs">Time from departure to outcome in ms, 0 to 60,000; default 0.</param>
/// <param name="FailureRate">Share of segments that fail for now, 0 to 1; default 0.</param>
/// <param name="ThrottleRate">Share of segments that are throttled, 0 to 1; default 0. Together with <paramref name="FailureRate"/> at most 1.</param>
/// <param name="Receipts">Whether a delivered receipt follows what was sent; default true.</param>
/// <param name="Echo">Whether what was sent comes back as a message from its recipient to its sender; default false. For trying what inbound messages do without a carrier.</param>
public sealed record LoopbackSettings(int LatencyMs, double FailureRate, double ThrottleRate, bool Receipts, bool Echo)
{
    /// <summary>The longest latency in ms.</summary>
    public const int LatencyMsMax = 60_000;

    /// <summary>Reads <paramref name="json"/>; null and the fault in <paramref name="fault"/> when it is not right.</summary>
    public static LoopbackSettings? Parse(string json, out SettingsFault? fault)
    {
        using var reader = new SettingsReader(LoopbackProviderFactory.KindName, json);
        var settings = new LoopbackSettings(
            reader.Integer("latencyMs", 0, LatencyMsMax, 0),
            reader.Share("failureRate"),
            reader.Share("throttleRate"),
            reader.Word("receipts", "delivered", "none") == "delivered",
            reader.Flag("echo"));
        if (settings.FailureRate + settings.ThrottleRate > 1)
        {
            reader.Refuse(new SettingsFault("settings.failureRate", "and settings.throttleRate are more than 1 together; lower one of them"));
        }

        fault = reader.Finish();
        return fault is null ? settings : null;
    }
}
