using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Storage.Tests;

/// <summary>The sealer of whichever store of <paramref name="folder"/> is open.</summary>
internal sealed class CurrentSealer(DataFolder folder) : IRecordSealer
{
    public uint NewKeySlot() => folder.Store!.Sealer.NewKeySlot();

    public void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination) =>
        folder.Store!.Sealer.Seal(tenant, keySlot, id, record, destination);

    public bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination) =>
        folder.Store!.Sealer.TryOpen(tenant, keySlot, id, sealedRecord, destination);
}
