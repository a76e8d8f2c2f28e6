using Router.Core.Messages;

namespace Router.Engine.Sealing;

/// <summary>
/// Port: seals a message's record with its contact's key (AES-256-GCM; DESIGN §8). Every member may be called from any thread; hot path, 0 B in the steady state.
/// The nonce is made of the message's id, which is never used twice.
/// </summary>
public interface IRecordSealer
{
    /// <summary>Bytes that sealing adds.</summary>
    const int Overhead = 16;

    /// <summary>Takes a slot with a fresh random salt for a new contact, 1 and up. It is on stable storage before the journal commits a record that needs it.</summary>
    uint NewKeySlot();

    /// <summary>Seals <paramref name="record"/> into <paramref name="destination"/>, which is <see cref="Overhead"/> longer.</summary>
    void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination);

    /// <summary>Opens a sealed record; false when its key was destroyed or it was tampered with.</summary>
    bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination);
}
