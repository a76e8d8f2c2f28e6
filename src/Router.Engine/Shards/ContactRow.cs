using System.Runtime.InteropServices;
using Router.Core.Addresses;
using Router.Core.Consent;

namespace Router.Engine.Shards;

/// <summary>A contact in memory: 52 bytes, plus at most 8 in the index.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ContactRow
{
    /// <summary>High part of the id; 0: the row is free.</summary>
    public ulong High;

    /// <summary>Low part of the id.</summary>
    public uint Low;

    /// <summary>Flags.</summary>
    public uint FlagBits;

    /// <summary>Slot of its salt; 0: none yet.</summary>
    public uint KeySlot;

    /// <summary>Tag of the sender used last: the sticky one.</summary>
    public uint LastSender;

    /// <summary>Head of its last message.</summary>
    public ulong LastHead;

    /// <summary>Waiting messages and commands that refer to the row: it is not dropped while there are any.</summary>
    public int Pins;

    /// <summary>Its log of departures, where a recipient's limit applies; -1: none.</summary>
    public int RecipientLog;

    /// <summary>Next free row.</summary>
    public int NextFree;

    /// <summary>Messages of this contact that are released and without an outcome.</summary>
    public int Open;

    /// <summary>Second chance of the clock that drops rows.</summary>
    public bool Touched;

    /// <summary>The id.</summary>
    public readonly ContactId Id => new(High, Low);

    /// <summary>Flags.</summary>
    public readonly ContactFlags Flags => new(FlagBits);
}
