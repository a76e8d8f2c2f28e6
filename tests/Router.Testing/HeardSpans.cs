using System.Collections.Concurrent;
using System.Diagnostics;

namespace Router.Testing;

/// <summary>
/// The spans of one source that are told while it listens, as a tracer with a parent-based sampler would have them: those under a recorded parent are recorded, others if
/// told so. Sources are the process's: a test looks for its own traces.
/// </summary>
public sealed class HeardSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    /// <summary>Listens from now on.</summary>
    public HeardSpans(string source, bool recordsRoots = false)
    {
        listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                (options.Parent.TraceId == default && recordsRoots) || (options.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.PropagationData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>Recorded spans that ended, in their order.</summary>
    public IEnumerable<Activity> Recorded => ended.Where(static a => a.Recorded);

    /// <summary>Those of one trace.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. Recorded.Where(a => a.TraceId == trace)];

    /// <summary>All tags of <paramref name="span"/>, as one line.</summary>
    public static string TagsOf(Activity span)
    {
        ArgumentNullException.ThrowIfNull(span);
        return string.Join(' ', span.TagObjects.Select(static t => $"{t.Key}={t.Value}"));
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();
}
