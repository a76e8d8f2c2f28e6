namespace Router.Core.Tests.Limits;

/// <summary>Departures as they really happened, to be looked at through every window.</summary>
internal sealed class Departures
{
    private readonly List<(long At, int Count)> all = [];

    public long Total => all.Sum(static d => (long)d.Count);

    public void Add(long at, int count) => all.Add((at, count));

    /// <summary>The most departures in any window of <paramref name="length"/>, both ends included: the fullest window begins at a departure.</summary>
    public long MostIn(long length)
    {
        all.Sort();
        long most = 0;
        long inside = 0;
        int first = 0;
        foreach ((long at, int count) in all)
        {
            inside += count;
            while (all[first].At < at - length)
            {
                inside -= all[first++].Count;
            }

            most = Math.Max(most, inside);
        }

        return most;
    }
}
