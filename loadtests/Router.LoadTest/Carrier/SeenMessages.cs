namespace Router.LoadTest.Carrier;

/// <summary>Which messages of each flow came, a bit each: how many different ones, how many again.</summary>
internal sealed class SeenMessages
{
    internal const int FlowsMax = 16;

    private readonly ulong[][] flows = [.. Enumerable.Range(0, FlowsMax).Select(static _ => new ulong[1024])];

    internal long Different { get; private set; }

    internal long Again { get; private set; }

    internal void Add(int flow, uint number)
    {
        uint word = number / 64;
        ulong bit = 1UL << (int)(number % 64);
        if (word >= flows[flow].Length)
        {
            Array.Resize(ref flows[flow], (int)Math.Max(word + 1, (uint)flows[flow].Length * 2));
        }

        if ((flows[flow][word] & bit) != 0)
        {
            Again++;
            return;
        }

        flows[flow][word] |= bit;
        Different++;
    }

    internal void Clear()
    {
        (Different, Again) = (0, 0);
        foreach (ulong[] flow in flows)
        {
            Array.Clear(flow);
        }
    }
}
