using System.Buffers;
using Microsoft.Extensions.Hosting;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.FrontDoor.Access;
using Router.FrontDoor.Health;
using Router.Grains.Administration;

namespace Router.FrontDoor.Accepting;

/// <summary>What all NDJSON streams of this silo share.</summary>
internal sealed class LineStreamServices(
    IShards shards, IAdministration administration, Doorkeeper doorkeeper, RequestMaker maker, KeysInFlight keys, AcceptRequestPool requests, ArrayPool<byte> buffers,
    FrontDoorCounts counts, SlowClients slowClients, TimeProvider time, FrontDoorOptions options, IHostApplicationLifetime lifetime)
{
    // Whatever others do, a stream may have so many.
    private const int LinesEachMin = 64;

    private int streams;

    /// <summary>Lines that a stream may have with their shards: <see cref="FrontDoorOptions.StreamInFlightMax"/>; several streams share twice as many, so that more streams make no longer queues.</summary>
    internal int LinesEach => Math.Min(Options.StreamInFlightMax, Math.Max(LinesEachMin, 2 * Options.StreamInFlightMax / Math.Max(1, Volatile.Read(ref streams))));

    internal IShards Shards { get; } = shards;

    internal IAdministration Administration { get; } = administration;

    internal Doorkeeper Doorkeeper { get; } = doorkeeper;

    internal RequestMaker Maker { get; } = maker;

    internal KeysInFlight Keys { get; } = keys;

    internal AcceptRequestPool Requests { get; } = requests;

    /// <summary>Bodies put together and what decoding unescapes. Content and addresses: who rents wipes what was used before it goes back.</summary>
    internal ArrayPool<byte> Buffers { get; } = buffers;

    internal FrontDoorCounts Counts { get; } = counts;

    internal SlowClients SlowClients { get; } = slowClients;

    internal TimeProvider Time { get; } = time;

    internal FrontDoorOptions Options { get; } = options;

    /// <summary>Cancelled when this process begins to stop: no more lines are taken.</summary>
    internal CancellationToken Stopping { get; } = lifetime.ApplicationStopping;

    /// <summary>A stream has lines without an answer, or none any more.</summary>
    internal void CountStream(bool has) => Interlocked.Add(ref streams, has ? 1 : -1);
}
