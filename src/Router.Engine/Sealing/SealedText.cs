using System.Buffers.Binary;
using System.Security.Cryptography;
using Router.Core.Messages;

namespace Router.Engine.Sealing;

/// <summary>
/// Text about a contact that belongs to no message (an assignee's name, notes), sealed under the contact's key like its messages, so that it dies with them. Cold.
/// </summary>
/// <remarks>
/// 16 bytes that stand for a message's id, then what <see cref="IRecordSealer"/> makes. Those bytes are random and a UUIDv4's; messages' are UUIDv7s: no nonce is used for both, and one
/// of 90 random bits is not used twice.
/// </remarks>
public static class SealedText
{
    private const int IdLength = 16;

    /// <summary>Seals <paramref name="text"/>; null: the key was destroyed.</summary>
    public static byte[]? TrySeal(IRecordSealer sealer, int tenant, uint keySlot, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        if (keySlot == 0)
        {
            return null;
        }

        byte[] made = new byte[IdLength + text.Length + IRecordSealer.Overhead];
        RandomNumberGenerator.Fill(made.AsSpan(0, IdLength));
        made[6] = (byte)((made[6] & 0x0F) | 0x40);
        made[8] = (byte)((made[8] & 0x3F) | 0x80);
        try
        {
            sealer.Seal(tenant, keySlot, IdOf(made), text, made.AsSpan(IdLength));
            return made;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Opens what <see cref="TrySeal"/> made; null: its key was destroyed, or it was tampered with.</summary>
    public static byte[]? TryOpen(IRecordSealer sealer, int tenant, uint keySlot, ReadOnlySpan<byte> sealedText)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        int length = sealedText.Length - IdLength - IRecordSealer.Overhead;
        if (keySlot == 0 || length < 0)
        {
            return null;
        }

        byte[] text = new byte[length];
        return sealer.TryOpen(tenant, keySlot, IdOf(sealedText), sealedText[IdLength..], text) ? text : null;
    }

    private static MessageId IdOf(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
}
