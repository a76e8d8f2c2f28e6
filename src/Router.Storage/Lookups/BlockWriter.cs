using System.Buffers.Binary;
using Router.Engine.Journal;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Writes a run's sorted entries in blocks. An entry: its key, two bytes of length, its data. One thread, inside a transaction.</summary>
internal sealed class BlockWriter : IDisposable
{
    private readonly Statement insertFence;
    private readonly Statement insertBlock;
    private readonly ByteList block = new(LookupFile.BlockBytes * 2);
    private readonly byte[] first = new byte[16];
    private long run;
    private RunKind kind;
    private int keyLength;
    private long nextBlock;

    public BlockWriter(Database database)
    {
        insertFence = database.Prepare("INSERT INTO fence(run, kind, first, block) VALUES(?1, ?2, ?3, ?4)");
        insertBlock = database.Prepare("INSERT INTO block(n, data) VALUES(?1, ?2)");
        using Statement last = database.Prepare("SELECT coalesce(max(n), 0) FROM block");
        nextBlock = last.Step() ? last.Long(0) + 1 : 1;
    }

    /// <summary>Begins the entries of a kind; the ones before are ended.</summary>
    public void Begin(long number, RunKind of, int lengthOfKeys)
    {
        run = number;
        kind = of;
        keyLength = lengthOfKeys;
        block.Clear();
    }

    /// <summary>Adds an entry and returns where its data goes; <paramref name="key"/> is above the one before.</summary>
    public Span<byte> Add(ReadOnlySpan<byte> key, int dataLength)
    {
        int length = keyLength + sizeof(ushort) + dataLength;
        if (block.Count > 0 && block.Count + length > LookupFile.BlockBytes)
        {
            Flush();
        }

        if (block.Count == 0)
        {
            key.CopyTo(first);
        }

        Span<byte> to = block.Add(length);
        key.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[keyLength..], checked((ushort)dataLength));
        return to[(keyLength + sizeof(ushort))..];
    }

    /// <summary>Writes the block begun, if any.</summary>
    public void Flush()
    {
        if (block.Count == 0)
        {
            return;
        }

        insertBlock.Bind(1, nextBlock).Bind(2, block.Span).Run();
        insertFence.Bind(1, run).Bind(2, (long)kind).Bind(3, first.AsSpan(0, keyLength)).Bind(4, nextBlock).Run();
        nextBlock++;
        block.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        insertFence.Dispose();
        insertBlock.Dispose();
    }
}
