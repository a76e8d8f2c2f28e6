using System.Buffers.Binary;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp.Check;

/// <summary>One link of a check: reads PDU by PDU, writes one at a time. Cold.</summary>
internal sealed class SmscCheckLink(SmppLink link, Command bind) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1);
    private readonly byte[] buffer = new byte[PduHeader.LengthMax];
    private int end;
    private int consumed;

    /// <summary>What it binds as.</summary>
    public Command Bind => bind;

    /// <summary>The next PDU; its body is good until the next call. Null: the carrier has closed, or sent a length that cannot be.</summary>
    public async Task<(PduHeader Header, ReadOnlyMemory<byte> Body)?> ReadAsync()
    {
        buffer.AsSpan(consumed, end - consumed).CopyTo(buffer);
        end -= consumed;
        consumed = 0;
        while (true)
        {
            switch (PduHeader.Read(buffer.AsSpan(0, end), out PduHeader header))
            {
                case FrameState.Whole:
                    consumed = header.Length;
                    return (header, buffer.AsMemory(PduHeader.Size, header.Length - PduHeader.Size));
                case FrameState.Broken:
                    return null;
                default:
                    int read = await link.ReceiveAsync(buffer.AsMemory(end)).ConfigureAwait(false);
                    if (read == 0)
                    {
                        return null;
                    }

                    end += read;
                    break;
            }
        }
    }

    /// <summary>Writes a PDU.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> pdu)
    {
        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await link.SendAsync(pdu).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Writes a PDU of a header alone, with the empty id that some responses have.</summary>
    public Task WriteAsync(Command command, uint status, uint number)
    {
        byte[] pdu = new byte[PduHeader.Size + 1];
        int length = PduHeader.WriteAlone(command, status, number, pdu);
        if (command is Command.DeliverSmResp or Command.DataSmResp)
        {
            BinaryPrimitives.WriteInt32BigEndian(pdu, ++length);
        }

        return WriteAsync(pdu.AsMemory(0, length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        link.Dispose();
        writing.Dispose();
        buffer.AsSpan().Clear();
    }
}
