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

    // Blocks kept in memory after they are on stable storage, 64 KiB each: a slot handed out is sealed with at once, but its block is written with the first commit
    // that needs any of it, and a read of the file a new contact would cost as much as its key.
    private const int RecentMax = 4;

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly List<Block> pending = [];
    private readonly List<Block> recent = [];
    private byte[]? spare;
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
                byte[] salts = spare ?? new byte[BlockSlots * Size];
                spare = null;
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
        if (slot == 0 || TryReadHeld(slot, salt))
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
            ForgetHeld(slot);
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
                recent.AddRange(blocks);
                for (int old = 0; old < recent.Count - RecentMax; old++)
                {
                    CryptographicOperations.ZeroMemory(recent[old].Salts);
                    spare = recent[old].Salts;
                }

                recent.RemoveRange(0, Math.Max(0, recent.Count - RecentMax));
                Volatile.Write(ref durable, blocks[^1].First + BlockSlots);
            }
        }
    }

    private bool TryReadHeld(uint slot, Span<byte> salt)
    {
        lock (gate)
        {
            Span<byte> held = HeldLocked(slot);
            held.CopyTo(salt);
            return !held.IsEmpty;
        }
    }

    private void ForgetHeld(uint slot)
    {
        lock (gate)
        {
            HeldLocked(slot).Clear();
        }
    }

    // Empty: not in memory. The newest block is asked for most.
    private Span<byte> HeldLocked(uint slot)
    {
        Span<byte> held = In(pending, slot);
        return held.IsEmpty ? In(recent, slot) : held;

        static Span<byte> In(List<Block> blocks, uint slot)
        {
            for (int i = blocks.Count - 1; i >= 0; i--)
            {
                if (slot - blocks[i].First < BlockSlots)
                {
                    return blocks[i].Salts.AsSpan((int)(slot - blocks[i].First) * Size, Size);
                }
            }

            return default;
        }
    }

    private readonly record struct Block(uint First, byte[] Salts);
}
