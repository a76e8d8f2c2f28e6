using Router.Engine.Providers;

namespace Router.Providers.Loopback;

/// <summary>A message on its way back (<see cref="LoopbackSettings.Echo"/>), with the record of the departure, which it owns.</summary>
internal sealed class LoopbackEcho(LoopbackProvider provider, byte[] record, int length)
{
    /// <summary>Whose it is.</summary>
    public LoopbackProvider Provider => provider;

    /// <summary>When it arrives, a timestamp.</summary>
    public long Due { get; set; }

    /// <summary>The record.</summary>
    public ReadOnlySpan<byte> Record => record.AsSpan(0, length);

    /// <summary>Gives the record back to its pool, wiped.</summary>
    public void Return() => RecordPool.Shared.Return(record, length);
}
