using System.Collections.Concurrent;

namespace Router.Engine.Receipts;

/// <summary>By which reading of the carrier's id the last receipt of each account found its message: 0 as it stands, 1 and 2 with its base changed. Any thread. An entry an account that ever told one.</summary>
/// <remarks>Hot path, 0 B: the dictionary writes so small a value in its place.</remarks>
internal sealed class LastReadings
{
    private readonly ConcurrentDictionary<int, byte> byProvider = new();

    /// <summary>The last reading; 0 where none is known.</summary>
    public int Of(int provider) => byProvider.GetValueOrDefault(provider);

    /// <summary>A receipt found its message.</summary>
    public void Note(int provider, int reading)
    {
        if (Of(provider) != reading)
        {
            byProvider[provider] = (byte)reading; // written only where it changes: all binds' threads read it
        }
    }
}
