using System.Text;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>What a line of a stream allocates, Kestrel, sockets and client included (DESIGN §7).</summary>
[Collection(nameof(NdjsonAllocations))]
[CollectionDefinition(nameof(NdjsonAllocations), DisableParallelization = true)]
public sealed class NdjsonAllocations
{
    private const int LinesASend = 1_000;

    // Nothing a line; what is left is the bounded garbage of each send, receive and wake-up, over some hundred lines.
    private const double BytesALineMax = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_allocates_nothing_in_the_steady_state(bool keys)
    {
        using var shards = new BatchShards();
        await using TestDoor door = await TestDoor.OpenAsync(shards: shards, hash: new QuickHash());
        await using RawConnection raw = await door.ConnectAsync();
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, LinesASend).Select(static i => TestDoor.Body($"sms:+39333{i:0000000}", $"text {i}") + "\n")));
        byte[] chunk = [.. Encoding.ASCII.GetBytes($"{lines.Length:x}\r\n"), .. lines, .. "\r\n"u8];
        byte[] buffer = new byte[256 * 1024];
        await raw.SendHeadAsync("POST", "/v1/messages", door.Key, "application/x-ndjson", more: keys ? "Idempotency-Key: k\r\n" : "");
        long expected = 0;
        long answered = 0;

        await RunAsync(100);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(200);
        double bytesALine = (GC.GetTotalAllocatedBytes(precise: true) - before) / (200.0 * LinesASend);

        TestContext.Current.SendDiagnosticMessage($"{bytesALine:0.00} B a line, keys: {keys}");
        Assert.True(bytesALine <= BytesALineMax, $"{bytesALine:0.00} B a line");

        async Task RunAsync(int sends)
        {
            for (int i = 0; i < sends; i++)
            {
                expected += LinesASend;
                await raw.SendAsync(chunk);
                while (answered < expected)
                {
                    int read = await raw.Socket.ReceiveAsync(buffer.AsMemory());
                    answered += buffer.AsSpan(0, read).Count("accepted"u8);
                }
            }
        }
    }
}
