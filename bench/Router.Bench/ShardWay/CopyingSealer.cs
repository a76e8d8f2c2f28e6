using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Bench.ShardWay;

/// <summary>Stand-in: a copy in place of a cipher, which has a benchmark of its own.</summary>
internal sealed class CopyingSealer : IRecordSealer
{
    private uint _slots;

    public uint NewKeySlot() => ++_slots;

    public void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination) => record.CopyTo(destination);

    public bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination)
    {
        sealedRecord[..^IRecordSealer.Overhead].CopyTo(destination);
        return true;
    }
}
