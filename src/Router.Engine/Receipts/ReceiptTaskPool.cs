using Router.Engine.Providers;
using Router.Engine.Shards;

namespace Router.Engine.Receipts;

/// <summary>
/// Tasks of receipts that are not in use: taken by providers' threads, given back by owners of shards. Any thread.
/// </summary>
/// <remarks>
/// Hot path, 0 B in the steady state (286 B a message without it). Given back is only what certainly nobody else holds: a matched receipt that was kept at its first try; the rest is the
/// collector's. A task goes back to the stripe that it came from, so that taking and giving back are even in each.
/// </remarks>
internal sealed class ReceiptTaskPool
{
    private const int StripeCount = 16;

    // 16 × 1,024 × 280 B = 4.6 MB at rest: as many as a provider of the default window has unacknowledged at most.
    private const int KeptMax = 1_024;

    private readonly Stripe[] stripes = [.. Enumerable.Range(0, StripeCount).Select(static _ => new Stripe())];

    /// <summary>A blank task for <paramref name="receipt"/>.</summary>
    public ReceiptTask Take(in Receipt receipt)
    {
        ReceiptTask task = stripes[StripeOf(receipt)].Take() ?? new ReceiptTask();
        task.Receipt = receipt;
        return task;
    }

    /// <summary>Gives <paramref name="task"/> back, which was answered: nobody refers to it any more.</summary>
    public void Return(ReceiptTask task)
    {
        int stripe = StripeOf(task.Receipt);
        task.Clear();
        stripes[stripe].Put(task);
    }

    private static int StripeOf(in Receipt receipt) => (int)(receipt.ReceiptKey >> 40) & (StripeCount - 1);

    private sealed class Stripe
    {
        private readonly Lock gate = new();
        private ReceiptTask[] waiting = new ReceiptTask[32];
        private int count;

        public ReceiptTask? Take()
        {
            lock (gate)
            {
                return count == 0 ? null : waiting[--count];
            }
        }

        public void Put(ReceiptTask task)
        {
            lock (gate)
            {
                if (count == waiting.Length)
                {
                    if (count == KeptMax)
                    {
                        return;
                    }

                    Array.Resize(ref waiting, Math.Min(count * 2, KeptMax));
                }

                waiting[count++] = task;
            }
        }
    }
}
