using Router.Core.Messages;
using Router.Engine.Figures;

namespace Router.Engine.Dispatch;

/// <summary>
/// How long an account takes to answer: one message at a time is followed from the moment it is handed over until its outcome is told, so that nothing need be kept a message.
/// </summary>
/// <remarks>Hot path, 0 B: a comparison an outcome. A message whose outcome never comes is let go after a minute.</remarks>
internal sealed class LatencySample(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private ulong head;
    private long handedAt;

    /// <summary>Latencies of the last minute.</summary>
    public RecentDurations Recent { get; } = new();

    /// <summary>A batch that begins with <paramref name="message"/> is handed over; the dispatcher's thread.</summary>
    public void Handed(in MessageId message)
    {
        if (Volatile.Read(ref head) == 0 || time.GetElapsedTime(Volatile.Read(ref handedAt)) > Longest)
        {
            Volatile.Write(ref handedAt, time.GetTimestamp());
            Volatile.Write(ref head, message.Head);
        }
    }

    /// <summary>An outcome of <paramref name="message"/> was told; true: it was the one followed. Any thread.</summary>
    public bool Told(in MessageId message, out TimeSpan took)
    {
        took = default;
        if (Volatile.Read(ref head) != message.Head)
        {
            return false;
        }

        took = time.GetElapsedTime(Volatile.Read(ref handedAt));
        Recent.Add(took, time.GetUtcNow().ToUnixTimeMilliseconds());
        Volatile.Write(ref head, 0);
        return true;
    }
}
