namespace Router.FrontDoor.Accepting;

/// <summary>
/// Idempotency keys whose first use has no answer yet: a second use meanwhile is 409 (DESIGN §6). One a silo; uses that meet at two silos are told apart by the journal.
/// Bounded by what is in flight. Every member may be called from any thread.
/// </summary>
/// <remarks>Hot path, 0 B in the steady state: the sets keep their room.</remarks>
internal sealed class KeysInFlight
{
    // Power of two; many more than threads, so that two rarely meet.
    private const int Stripes = 64;

    private readonly Stripe[] stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new Stripe())];

    /// <summary>Adds a key; false: it is in flight already.</summary>
    internal bool TryAdd(UInt128 key)
    {
        Stripe stripe = StripeOf(key);
        lock (stripe.Sync)
        {
            return stripe.Keys.Add(key);
        }
    }

    /// <summary>Takes a key out again.</summary>
    internal void Remove(UInt128 key)
    {
        Stripe stripe = StripeOf(key);
        lock (stripe.Sync)
        {
            stripe.Keys.Remove(key);
        }
    }

    // Keys are keyed hashes: any bits will do, and nobody outside can aim at one stripe.
    private Stripe StripeOf(UInt128 key) => stripes[(int)(uint)key & (Stripes - 1)];

    private sealed class Stripe
    {
        internal readonly Lock Sync = new();
        internal readonly HashSet<UInt128> Keys = [];
    }
}
