namespace Router.Storage.Sealing;

/// <summary>All threads' <see cref="TenantCiphers"/>: a destroyed key must leave those of a thread too that never runs again. Any thread; cold.</summary>
/// <remarks>Refused: a count of destroyed keys that each use compares (no lock, but a thread that rests keeps the key) and tracking <see cref="ThreadLocal{T}"/> (it keeps those of threads that ended).</remarks>
internal sealed class ThreadCiphers
{
    private const int TidyMin = 64;

    private readonly Lock gate = new();

    // Weak: those of threads that ended are left to the finalizers.
    private readonly List<WeakReference<TenantCiphers>> all = [];
    private int tidyAt = TidyMin;

    /// <summary>Tenants' ciphers alive, of all threads. For tests.</summary>
    public int Count => Alive().Sum(static c => c.Count);

    /// <summary>Makes a thread's.</summary>
    public TenantCiphers Make()
    {
        TenantCiphers made = new();
        lock (gate)
        {
            if (all.Count >= tidyAt)
            {
                all.RemoveAll(static one => !one.TryGetTarget(out _));
                tidyAt = Math.Max(TidyMin, all.Count * 2);
            }

            all.Add(new WeakReference<TenantCiphers>(made));
        }

        return made;
    }

    /// <summary>Lets go of the ciphers of destroyed keys.</summary>
    public void DropDestroyed() => Alive().ForEach(static c => c.DropDestroyed());

    private List<TenantCiphers> Alive()
    {
        List<TenantCiphers> alive = [];
        lock (gate)
        {
            foreach (WeakReference<TenantCiphers> one in all)
            {
                if (one.TryGetTarget(out TenantCiphers? ciphers))
                {
                    alive.Add(ciphers);
                }
            }
        }

        return alive;
    }
}
