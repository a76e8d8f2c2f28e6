using System.Buffers;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Segments;
using Router.Testing;

namespace Router.Core.Tests.Messages;

/// <summary>The rules of the hot path allocate nothing, refusals included (but for bytes that are not JSON).</summary>
public sealed class NoAllocationTests
{
    [Theory]
    [InlineData("""{"to":"sms:+393331234567","purpose":"otp","content":{"type":"text","text":"Il codice \u00e8 4711 \ud83d\ude00"},"scheduleAt":"2026-12-01T00:00:00Z","metadata":{"a":[1,{"\u0062":2}]},"reference":"r"}""")]
    [InlineData("""{"t\u006f":"email:\"a b\"@Example.com","from":"shop","purpose":"marketing","content":{"type":"text","text":"x"},"priority":"low","validitySeconds":60}""")]
    [InlineData("""{"to":"sms:0039333"}""")]
    [InlineData("""{"unknown":1}""")]
    [InlineData("""{"purpose":"news"}""")]
    [InlineData("""{"content":{"text":"\ud800"}}""")]
    [InlineData("""{"content":{"name":"n","type":"media"}}""")]
    [InlineData("{}")]
    public void Decoding_and_writing_the_record(string json)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        byte[] scratch = new byte[MessageDecoder.ScratchBytesMax];
        byte[] record = new byte[1_024];
        Allocations.AssertNone(() =>
        {
            if (MessageDecoder.TryDecode(body, scratch, Decoded.NowMs, out MessageBody message, out _))
            {
                message.WriteRecord(record);
            }
        });
    }

    [Theory]
    [InlineData("email:\"a b\"@Example.com")]
    [InlineData("sms:+393331234567")]
    [InlineData("line:U4af4980629")]
    [InlineData("email:ada@192.0.2.1")]
    public void Parsing_an_address(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] buffer = new byte[Address.ValueBytesMax];
        Allocations.AssertNone(() => AddressReasons.Detail(Address.Parse(utf8, buffer, out _)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("€è[")]
    [InlineData("ж😀")]
    public void Cutting_a_text(string part)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, 200)));
        byte[] data = new byte[SmsText.SegmentBytesMax];
        Allocations.AssertNone(() =>
        {
            var segments = new SmsSegmenter(text, SmsReference.Bits16);
            while (segments.MoveNext())
            {
                segments.Write(7, data);
            }
        });
    }

    [Fact]
    public void Splitting_lines_over_pieces()
    {
        byte[] input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":1}\r\n\n", 20)));
        var first = new Piece(input.AsMemory(0, 33), null);
        var last = new Piece(input.AsMemory(33), first);
        var splitter = new LineSplitter();
        byte[] copy = new byte[LineSplitter.LineBytesMax];
        Allocations.AssertNone(() =>
        {
            var buffer = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
            while (splitter.TryRead(ref buffer, isCompleted: false, out ReadOnlySequence<byte> line) != LineKind.None)
            {
                LineSplitter.AsSpan(line, copy);
            }
        });
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
