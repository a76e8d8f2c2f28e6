using System.Net;
using Router.LoadTest.Load;

namespace Router.LoadTest.Wire;

/// <summary>One NDJSON stream: each message is a line, what is due at once goes out as one chunk, answers come line by line in the same order.</summary>
internal sealed class LinesConnection(int number, IPEndPoint target, Epoll epoll, Tally tally, IRequestWriter requests, int window)
    : DriverConnection(number, target, epoll, tally, 128 * 1024, 64 * 1024)
{
    private const int LineBytesMax = 2_048;
    private const int WaitingBytesMax = 96 * 1024;

    // "1f4a0\r\n": five digits, so that a chunk's size can be put before it when it is known.
    private const int ChunkHead = 7;

    private readonly ChunkedLines answers = new();
    private readonly (long Intended, long Sent)[] flights = new (long, long)[window];
    private readonly byte[] chunk = new byte[WaitingBytesMax + LineBytesMax + ChunkHead + 2];
    private int chunkLength = ChunkHead;
    private long taken;
    private long answered;
    private bool headRead;
    private bool finished;

    internal override int InFlight => (int)(taken - answered);

    internal override bool HasRoom => IsOpen && !finished && InFlight < window && Out.Count + chunkLength < WaitingBytesMax;

    internal override void Take(in Ticket ticket)
    {
        flights[taken++ % window] = (ticket.Intended, ticket.TakenAt);
        chunkLength += requests.Write(chunk.AsSpan(chunkLength), ticket, Number);
    }

    internal override void Finish()
    {
        Flush();
        if (IsOpen && !finished)
        {
            finished = true;
            Out.Add("0\r\n\r\n"u8);
            Flush();
        }
    }

    protected override void Opened()
    {
        headRead = false;
        chunkLength = ChunkHead;
        answers.Reset();
        Out.Advance(requests.WriteHead(Out.Room(1_024), Number));
    }

    protected override void Flushing()
    {
        if (chunkLength == ChunkHead)
        {
            return;
        }

        int size = chunkLength - ChunkHead;
        _ = size.TryFormat(chunk, out _, "x5");
        chunk[5] = (byte)'\r';
        chunk[6] = (byte)'\n';
        chunk[chunkLength++] = (byte)'\r';
        chunk[chunkLength++] = (byte)'\n';
        Out.Add(chunk.AsSpan(0, chunkLength));
        chunkLength = ChunkHead;
    }

    protected override void Read(long now)
    {
        if (!headRead)
        {
            ReadOnlySpan<byte> bytes = In.Unused;
            int head = bytes.IndexOf("\r\n\r\n"u8);
            if (head < 0)
            {
                return;
            }

            if (bytes[9..12].SequenceEqual("200"u8))
            {
                headRead = true;
                In.Use(head + 4);
            }
            else
            {
                throw new InvalidDataException($"a stream was answered {System.Text.Encoding.ASCII.GetString(bytes[..head])}");
            }
        }

        bool found;
        do
        {
            found = answers.TryRead(In.Unused, out int used, out ReadOnlySpan<byte> line);
            if (found && line.Length > 0)
            {
                Answer(line, now);
            }

            In.Use(used);
        }
        while (found);
        if (answers.HasEnded && !finished)
        {
            Reopen();
        }
    }

    protected override bool Gone()
    {
        Tally.Fail(InFlight);
        answered = taken;
        return !finished;
    }

    private void Answer(ReadOnlySpan<byte> line, long now)
    {
        if (answered == taken)
        {
            return; // a last line about the stream itself (stream_idle, stopping)
        }

        (long intended, long sent) = flights[answered++ % window];
        int status = 202;
        if (line.IndexOf("\"status\":\"accepted\""u8) < 0)
        {
            int at = line.IndexOf("\"status\":"u8);
            _ = System.Buffers.Text.Utf8Parser.TryParse(line[(at + 9)..], out status, out _);
        }

        Tally.Answer(status, intended, sent, now);
    }
}
