using Router.Engine.Journal;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Events;

/// <summary>Rooms for <see cref="References"/>, one for each batch being composed at a time: a stream that waits, or whose client reads slowly, has none. Any thread.</summary>
internal sealed class ReferencesPool(IJournal journal, IWebhooks webhooks)
{
    // Between look-up and bytes stand about as many batches as there are cores.
    private const int SparesMax = 32;

    private readonly Lock gate = new();
    private readonly References[] spares = new References[SparesMax];
    private int count;

    /// <summary>Whoever gets it gives it back when its batch is written, or cannot be.</summary>
    internal References Rent()
    {
        lock (gate)
        {
            return count == 0 ? new References(journal, webhooks) : spares[--count];
        }
    }

    internal void Return(References references)
    {
        references.Forget();
        lock (gate)
        {
            if (count < SparesMax)
            {
                spares[count++] = references;
            }
        }
    }
}
