using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Router.Bench.WholeWay;

/// <summary>
/// What is allocated, by type, from the runtime's own samples (<c>AllocationSampled</c>, since .NET 10): each byte is the one sampled with a chance of 1 in 102,400, so a
/// sample stands for as many bytes, whatever the size and pattern of allocations. Listening costs garbage of its own: count in one run, sample in another.
/// </summary>
internal sealed class AllocationSamples : EventListener
{
    private const EventKeywords SamplingKeyword = (EventKeywords)0x800_0000_0000;
    private const double SampledBytesMean = 102_400;

    private readonly ConcurrentDictionary<string, double> bytesByType = new(StringComparer.Ordinal);

    /// <summary>Estimated bytes by type, the most first.</summary>
    public IReadOnlyList<(string Type, double Bytes)> ByType => [.. bytesByType.Select(static p => (p.Key, p.Value)).OrderByDescending(static p => p.Value)];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, SamplingKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("AllocationSampled", StringComparison.Ordinal) != true || eventData.Payload is not { } payload)
        {
            return;
        }

        string type = (string)payload[eventData.PayloadNames!.IndexOf("TypeName")]!;
        double size = Convert.ToDouble(payload[eventData.PayloadNames.IndexOf("ObjectSize")], System.Globalization.CultureInfo.InvariantCulture);

        // A large object may hold several bytes that would have been sampled, and is told once.
        double bytes = size / (1 - Math.Exp(-size / SampledBytesMean));
        bytesByType.AddOrUpdate(type, static (_, added) => added, static (_, before, added) => before + added, bytes);
    }
}
