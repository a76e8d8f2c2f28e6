using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Router.Faults;

/// <summary>An SMSC that binds whoever comes and then sends malformed PDUs for as long as the link holds. The seed of a link is the test's and its number.</summary>
/// <remarks>One PDU in <c>wrongLengthEvery</c> has a length that is not its own, which ends the link: who lost it waits ever longer before it binds again.</remarks>
internal sealed class HostileCarrier : IAsyncDisposable
{
    private const uint Response = 0x8000_0000;
    private static readonly byte[][] Templates = [.. MakeTemplates()];
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int seed;
    private readonly int wrongLengthEvery;
    private readonly Task accepting;
    private long sent;
    private int links;

    public HostileCarrier(int seed, int wrongLengthEvery)
    {
        this.seed = seed;
        this.wrongLengthEvery = wrongLengthEvery;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>Malformed PDUs sent.</summary>
    public long Sent => Volatile.Read(ref sent);

    public int Links => Volatile.Read(ref links);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                int number = Interlocked.Increment(ref links);
                _ = Task.Run(() => ServeAsync(socket, new Mutator(seed + number, Templates)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, Mutator mutator)
    {
        using (socket)
        {
            try
            {
                byte[] room = new byte[65_536];
                int got = 0;
                while (got < 16 || got < BinaryPrimitives.ReadInt32BigEndian(room))
                {
                    int count = await socket.ReceiveAsync(room.AsMemory(got), stopping.Token);
                    if (count == 0)
                    {
                        return;
                    }

                    got += count;
                }

                await socket.SendAsync(Pdu(BinaryPrimitives.ReadUInt32BigEndian(room.AsSpan(4)) | Response, BinaryPrimitives.ReadUInt32BigEndian(room.AsSpan(12)), "smsc\0"u8), stopping.Token);
                Task reading = DrainAsync(socket);
                byte[] batch = new byte[256 * 1024];
                while (!reading.IsCompleted)
                {
                    int length = 0;
                    int pdus = 0;
                    for (; pdus < 64 && length < batch.Length - 70_000; pdus++)
                    {
                        length += Next(mutator, batch.AsSpan(length));
                    }

                    await socket.SendAsync(batch.AsMemory(0, length), stopping.Token);
                    Interlocked.Add(ref sent, pdus);
                    await Task.Yield(); // others of this process have their turn: a send that does not wait never gives it up
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or SocketException)
            {
            }
        }
    }

    private async Task DrainAsync(Socket socket)
    {
        byte[] room = new byte[65_536];
        try
        {
            while (await socket.ReceiveAsync(room, stopping.Token) > 0)
            {
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    // Nearly always with its right length, so that the link holds and what is inside is looked at.
    private int Next(Mutator mutator, Span<byte> to)
    {
        ReadOnlySpan<byte> pdu = mutator.Next();
        pdu.CopyTo(to);
        int length = Math.Max(pdu.Length, 16);
        if (mutator.Random.Next(wrongLengthEvery) != 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(to, length);
        }

        return length;
    }

    private static IEnumerable<byte[]> MakeTemplates()
    {
        byte[] text = [0, 1, 1, .. "393331234567\0"u8, 1, 1, .. "390001\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, .. "hello"u8];
        byte[] receiptText = [.. "id:0000000001 sub:001 dlvrd:001 submit date:2611271200 done date:2611271200 stat:DELIVRD err:000 text:x"u8];
        byte[] receipt = [0, 1, 1, .. "393331234567\0"u8, 1, 1, .. "390001\0"u8, 4, 0, 0, 0, 0, 0, 0, 0, 0, (byte)receiptText.Length, .. receiptText];
        byte[] part = [0, 1, 1, .. "393331234567\0"u8, 1, 1, .. "390001\0"u8, 0x40, 0, 0, 0, 0, 0, 0, 8, 0, 10, 5, 0, 3, 7, 2, 1, 0, 0x41, 0, 0x42];
        byte[] payload = [0, 1, 1, .. "393331234567\0"u8, 1, 1, .. "390001\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x24, 0, 4, .. "long"u8, 0x02, 0x0C, 0, 2, 0, 9, 0x02, 0x0E, 0, 1, 2, 0x02, 0x0F, 0, 1, 1];
        byte[] data = [0, 1, 1, .. "393331234567\0"u8, 1, 1, .. "390001\0"u8, 4, 0, 0, 0x00, 0x1E, 0, 4, .. "abc\0"u8, 0x04, 0x27, 0, 1, 2];
        foreach ((uint command, byte[] body) in new (uint, byte[])[]
        {
            (5, text), (5, receipt), (5, part), (5, payload), (0x103, data), (0x15, []), (0x8000_0015, []), (0x8000_0004, [.. "0000000001\0"u8]), (0x8000_0000, []), (0x8000_0103, [.. "1\0"u8]),
            (0x102, [1, 1, .. "390001\0"u8, 1, 1, .. "39333\0"u8]), (0x0B, [.. "smsc\0pw\0"u8]),
        })
        {
            yield return Pdu(command, 7, body);
        }
    }

    private static byte[] Pdu(uint command, uint sequence, ReadOnlySpan<byte> body)
    {
        byte[] pdu = new byte[16 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(pdu, pdu.Length);
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(4), command);
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(12), sequence);
        body.CopyTo(pdu.AsSpan(16));
        return pdu;
    }
}
