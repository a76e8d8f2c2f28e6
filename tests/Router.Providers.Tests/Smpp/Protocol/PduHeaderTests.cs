using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

public sealed class PduHeaderTests
{
    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(65_537u)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public void A_length_outside_16_bytes_to_64_KiB_breaks_the_stream(uint length)
    {
        byte[] stream = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9];
        Assert.Equal(FrameState.Broken, PduHeader.Read(stream.AsSpan(0, 4), out _));
        Assert.Equal(FrameState.Broken, PduHeader.Read(stream, out PduHeader header));
        Assert.Equal(9u, header.Sequence);
    }

    [Fact]
    public void A_pdu_is_whole_only_with_its_last_byte()
    {
        byte[] buffer = new byte[16];
        PduHeader.WriteAlone(Command.EnquireLink, 0, 77, buffer);
        for (int length = 0; length < 16; length++)
        {
            Assert.Equal(FrameState.Incomplete, PduHeader.Read(buffer.AsSpan(0, length), out _));
        }

        Assert.Equal(FrameState.Whole, PduHeader.Read(buffer, out PduHeader header));
        Assert.Equal(new PduHeader(16, Command.EnquireLink, 0, 77), header);
    }

    [Fact]
    public void The_longest_pdu_is_taken() =>
        Assert.Equal(FrameState.Whole, PduHeader.Read([0, 1, 0, 0, .. new byte[65_532]], out _));
}
