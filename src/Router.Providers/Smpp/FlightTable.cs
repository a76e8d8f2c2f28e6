using System.Numerics;
using Router.Core.Messages;

namespace Router.Providers.Smpp;

/// <summary>A submit without an answer.</summary>
internal struct Flight
{
    /// <summary>Its sequence number; 0: the place is free.</summary>
    public uint Sequence;

    /// <summary>The segment, from 0; the first one where the PDU stands for several.</summary>
    public byte Segment;

    /// <summary>Segments that the PDU stands for.</summary>
    public byte Count;

    /// <summary>The message has more segments, which left with it.</summary>
    public bool IsPart;

    /// <summary>When it was written, a timestamp.</summary>
    public long WrittenAt;

    /// <summary>The message.</summary>
    public MessageId Message;

    /// <summary>See <see cref="Engine.Providers.Departure.Epoch"/>.</summary>
    public long Epoch;
}

/// <summary>
/// Submits without an answer by sequence number: a table of twice the window where the number's low bits are the place. A number whose place is taken is passed over
/// (SMPP 3.4 §3.2 asks for numbers that rise, not for all of them). Single owner or under the owner's lock.
/// </summary>
/// <remarks>Hot path, 0 B; O(1).</remarks>
internal sealed class FlightTable
{
    private const uint SequenceMax = 0x7FFF_FFFF;

    private readonly Flight[] places;
    private uint last;

    /// <summary>A table for <paramref name="window"/> flights.</summary>
    public FlightTable(int window) => places = new Flight[BitOperations.RoundUpToPowerOf2((uint)window * 2)];

    /// <summary>Flights in it.</summary>
    public int Count { get; private set; }

    /// <summary>The next number for a PDU that is no submit.</summary>
    public uint NextSequence() => last = last >= SequenceMax ? 1 : last + 1;

    /// <summary>Adds a flight and returns its number; there must be room in the window.</summary>
    public uint Add(MessageId message, long epoch, byte segment, long writtenAt, byte count = 1, bool isPart = false)
    {
        uint sequence;
        do
        {
            sequence = NextSequence();
        }
        while (places[sequence & (places.Length - 1)].Sequence != 0);
        places[sequence & (places.Length - 1)] = new Flight { Sequence = sequence, Segment = segment, Count = count, IsPart = isPart, WrittenAt = writtenAt, Message = message, Epoch = epoch };
        Count++;
        return sequence;
    }

    /// <summary>Takes the flight with this number out; false when there is none.</summary>
    public bool TryTake(uint sequence, out Flight flight)
    {
        ref Flight place = ref places[sequence & (places.Length - 1)];
        flight = place;
        if (sequence == 0 || place.Sequence != sequence)
        {
            return false;
        }

        place.Sequence = 0;
        Count--;
        return true;
    }

    /// <summary>Takes one flight written before <paramref name="before"/> out, looking from place <paramref name="at"/> on; false when there is none.</summary>
    public bool TryTakeOlder(long before, ref int at, out Flight flight)
    {
        for (; Count > 0 && at < places.Length; at++)
        {
            if (places[at].Sequence != 0 && places[at].WrittenAt < before)
            {
                return TryTake(places[at].Sequence, out flight);
            }
        }

        flight = default;
        return false;
    }
}
