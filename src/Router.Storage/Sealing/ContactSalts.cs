using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Router.Storage.Files;

namespace Router.Storage.Sealing;

/// <summary>
/// The file <c>contacts.keys</c>: 16-byte slots, each a contact's random salt (DESIGN §8). Slot <c>n</c> lies at <c>n × 16</c>; place 0 holds a mark.
/// Slots are made random a block ahead, so that one fsync serves <see cref="BlockSlots"/> new contacts; after a restart the next slot is the file's
/// length / 16, which skips what was left of a block. An aligned overwrite of 16 bytes is atomic and leaves no copy. Any thread.
/// </summary>
internal sealed class ContactSalts : IDisposable
{
    /// <summary>Bytes of a slot.</summary>
    public const int Size = 16;

    /// <summary>Slots made at once: 4,096 × 16 B = 64 KiB, below the large-object heap.</summary>
    public const int BlockSlots = 4096;

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly List<Block> pending = [];
    private uint next;
    private uint made;
    private uint durable;

    private ContactSalts(string path, SafeFileHandle file, uint slots)
    {
        this.path = path;
        this.file = file;
        next = made = durable = slots;
    }

    private static ReadOnlySpan<byte> Mark => "RouterSaltsV1\0\0\0"u8;

    /// <summary>Slots below this number are on stable storage.</summary>
    public uint Durable => Volatile.Read(ref durable);

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="StorageException">Not readable, or not such a file.</exception>
    public static ContactSalts Open(string path)
    {
        try
        {
            SafeFileHandle file = KeyFile.Open(path);
            Span<byte> mark = stackalloc byte[Size];
            long length = RandomAccess.GetLength(file);
            if (length == 0)
            {
                RandomAccess.Write(file, Mark, 0);
                RandomAccess.FlushToDisk(file);
                length = Size;
            }
            else if (RandomAccess.Read(file, mark, 0) != Size || !mark.SequenceEqual(Mark))
            {
                file.Dispose();
                throw new StorageException($"the key file '{path}' is damaged: restore it from its backup");
            }

            return new ContactSalts(path, file, checked((uint)((length + Size - 1) / Size)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"the key file '{path}' cannot be read or made: check the disk and this user's rights", fault);
        }
    }

    /// <summary>Hands out the next slot. Its salt is on stable storage only after <see cref="MakeDurable"/>.</summary>
    public uint NewSlot()
    {
        lock (gate)
        {
            if (next == made)
            {
                byte[] salts = new byte[BlockSlots * Size];
                RandomNumberGenerator.Fill(salts);
                pending.Add(new Block(made, salts));
                made = checked(made + BlockSlots);
            }

            return next++;
        }
    }

    /// <summary>The salt of <paramref name="slot"/>; false when there is none or it was destroyed.</summary>
    public bool TryRead(uint slot, Span<byte> salt)
    {
        salt = salt[..Size];
        if (slot == 0 || (slot >= Volatile.Read(ref durable) && TryReadPending(slot, salt)))
        {
            return slot != 0 && salt.ContainsAnyExcept((byte)0);
        }

        return RandomAccess.Read(file, salt, (long)slot * Size) == Size && salt.ContainsAnyExcept((byte)0);
    }

    /// <summary>Writes and syncs what was handed out up to <paramref name="slot"/>; nothing to do when it is durable already. The journal's writer only.</summary>
    /// <exception cref="IOException">Disk full or broken: the commit that needs it must not be made.</exception>
    public void MakeDurable(uint slot)
    {
        if (slot < Volatile.Read(ref durable))
        {
            return;
        }

        lock (writing)
        {
            WritePendingLocked();
        }
    }

    /// <summary>Overwrites the salt: what was sealed under it can never be opened again.</summary>
    /// <exception cref="StorageException">The file cannot be written.</exception>
    public void Destroy(uint slot)
    {
        Span<byte> zeros = stackalloc byte[Size];
        zeros.Clear();
        try
        {
            // A salt that is still pending must reach the disk first, else its block would bring it back.
            MakeDurable(slot);
            RandomAccess.Write(file, zeros, (long)slot * Size);
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException fault)
        {
            throw new StorageException($"the key file '{path}' cannot be written: check the disk", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void WritePendingLocked()
    {
        Block[] blocks;
        lock (gate)
        {
            blocks = [.. pending];
        }

        foreach (Block block in blocks)
        {
            RandomAccess.Write(file, block.Salts, (long)block.First * Size);
        }

        RandomAccess.FlushToDisk(file);
        lock (gate)
        {
            pending.RemoveRange(0, blocks.Length);
            if (blocks.Length > 0)
            {
                Volatile.Write(ref durable, blocks[^1].First + BlockSlots);
            }
        }
    }

    private bool TryReadPending(uint slot, Span<byte> salt)
    {
        lock (gate)
        {
            foreach (Block block in pending)
            {
                if (slot - block.First < BlockSlots)
                {
                    block.Salts.AsSpan((int)(slot - block.First) * Size, Size).CopyTo(salt);
                    return true;
                }
            }

            return false;
        }
    }

    private readonly record struct Block(uint First, byte[] Salts);
}
