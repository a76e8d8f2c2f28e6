namespace Router.Simulation.Model;

/// <summary>
/// Each segment that a carrier may have got more than once. Under one ownership that is allowed after an outcome which says that it may be tried again; after the loss of an ownership for what was in
/// flight or not kept, which is bounded: of a process that dies over all its shards, of one that goes on by shard, for it may lose them one after the other.
/// </summary>
internal sealed class Duplicates(int unkeptMax, int windowMax)
{
    private readonly Dictionary<(ulong Message, int Segment), Attempt> attempts = [];
    private readonly Dictionary<(int Shard, long Epoch, int Provider), int> lost = [];
    private readonly Dictionary<(int Shard, long Epoch), Death> deaths = [];

    /// <summary>A process died with the ownerships that it held.</summary>
    /// <param name="owned">Those that nobody had taken from it.</param>
    /// <param name="windowOf">The largest window that it knew of a provider.</param>
    public void Died(IEnumerable<(int Shard, long Epoch)> owned, Func<int, int> windowOf)
    {
        var death = new Death(windowOf);
        foreach ((int, long) ownership in owned)
        {
            deaths.TryAdd(ownership, death);
        }
    }

    /// <summary>A segment goes to a carrier; null: it may. <paramref name="isDuplicate"/>: the carrier may have it already.</summary>
    public string? Written(ulong message, int segment, int shard, long epoch, int provider, out bool isDuplicate)
    {
        isDuplicate = false;
        if (attempts.TryGetValue((message, segment), out Attempt? before))
        {
            if (before.Epoch == epoch && !before.MayRepeat)
            {
                return "it was written before under the same ownership, and nothing said that it may be tried again";
            }

            if (before.Epoch != epoch && before.MayBeThere && !before.MayRepeat)
            {
                isDuplicate = true;
                (int, long, int) key = (shard, before.Epoch, before.Provider);
                lost[key] = lost.GetValueOrDefault(key) + 1;
                if (lost[key] > unkeptMax + windowMax)
                {
                    return $"ownership {before.Epoch} of shard {shard} left {lost[key]} duplicates at provider {before.Provider}, {windowMax} in flight and {unkeptMax} not kept are allowed";
                }

                if (deaths.TryGetValue((shard, before.Epoch), out Death? death) && death.Count(before.Provider) > unkeptMax + death.WindowOf(before.Provider))
                {
                    return $"a process that died left {death.Of(before.Provider)} duplicates at provider {before.Provider}, {death.WindowOf(before.Provider)} in flight and {unkeptMax} not kept are allowed";
                }
            }
        }

        attempts[(message, segment)] = new Attempt(epoch, provider);
        return null;
    }

    /// <summary>The provider told what became of it.</summary>
    public void Told(ulong message, int segment, long epoch, bool mayRepeat, bool mayBeThere)
    {
        if (attempts.TryGetValue((message, segment), out Attempt? attempt) && attempt.Epoch == epoch)
        {
            attempt.MayRepeat |= mayRepeat;
            attempt.MayBeThere = mayBeThere;
        }
    }

    private sealed class Death(Func<int, int> windowOf)
    {
        private readonly Dictionary<int, int> left = [];

        public int Count(int provider) => left[provider] = Of(provider) + 1;

        public int Of(int provider) => left.GetValueOrDefault(provider);

        public int WindowOf(int provider) => windowOf(provider);
    }

    private sealed class Attempt(long epoch, int provider)
    {
        public long Epoch { get; } = epoch;

        public int Provider { get; } = provider;

        public bool MayRepeat { get; set; }

        public bool MayBeThere { get; set; } = true;
    }
}
