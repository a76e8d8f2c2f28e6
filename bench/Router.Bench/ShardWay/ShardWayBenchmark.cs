using BenchmarkDotNet.Attributes;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Receipts;
using Router.Engine.Shards;
using Router.Providers.Smpp.Protocol;

namespace Router.Bench.ShardWay;

/// <summary>
/// 256 messages of 400 B to contacts in random order (32,768 of them, one shard): the body becomes a request, the shard prepares it, it counts as kept, the lane is released in
/// asks of 64, each departure is encoded as a <c>submit_sm</c>, its outcome is applied and its receipt awaited. The real front door's maker, shard and receipt index on one
/// thread; hash, cipher and journal are stand-ins, the first two with benchmarks of their own. Baseline: decode and encode alone. Figures are for a message.
/// </summary>
/// <remarks>Seen: 2,560 ns, decode and encode alone 1,243 ns (on the day of <see cref="OneMessageBenchmark"/>'s figures); 0.25 B.</remarks>
[MemoryDiagnoser]
public class ShardWayBenchmark : IGate
{
    private const int Batch = 256;
    private const int Contacts = 32_768;
    private const int Provider = 1;
    private const long Epoch = 1;

    // 256 messages in 4 ms: as many ids as a shard has before it borrows from the next millisecond.
    private const int BatchMs = Batch / MessageId.PerMillisecond;

    private readonly byte[] _body = SampleBodies.Of400BytesOneSegment;
    private readonly int _digitsAt;
    private readonly int[] _order = new int[Contacts];
    private readonly byte[] _scratch = new byte[MessageDecoder.ScratchBytesMax];
    private readonly byte[] _record = new byte[512];
    private readonly byte[] _pdu = new byte[ShortMessage.SizeMax];
    private readonly RequestMaker _maker = new(new OneShardHash());
    private readonly AcceptRequest[] _requests = new AcceptRequest[Batch];
    private readonly Tenant _tenant = new(1, "shop", new TenantSettings { Name = "Shop", Senders = ["+390212345678"] });
    private readonly OfferedLane _offered = new();
    private readonly ReceiptIndex _receipts;
    private readonly Shard _shard;
    private readonly JournalPart _part = new(0, new UnheardJournal());
    private readonly ContactRead _contactRead = new(new UnheardJournal());
    private readonly StructList<int> _rows = new(Batch);
    private readonly ReleaseAsk _ask;
    private long _nowMs = 1_795_478_400_000;
    private long _monotonicMs;
    private ulong _receiptKey;
    private uint _sequence;
    private int _at;

    public ShardWayBenchmark()
    {
        _digitsAt = _body.AsSpan().IndexOf("+39333"u8) + "+39333".Length;
        for (int i = 0; i < Contacts; i++)
        {
            _order[i] = i;
        }

        new Random(7).Shuffle(_order);
        for (int i = 0; i < Batch; i++)
        {
            _requests[i] = new AcceptRequest();
        }

        var account = new ProviderAccount(Provider, "carrier", new ProviderSettings { Kind = "smpp", Channels = ["sms"] });
        var options = new EngineOptions { AwaitedReceiptsMax = 65_536 };
        _receipts = new ReceiptIndex(options);
        _receipts.Own(0, Epoch);
        _shard = new Shard(0, options, new CopyingSealer(), _receipts, _offered, 1, 7, _nowMs, Epoch)
        {
            Configuration = new Configuration(1, [_tenant], [account], [new RouteSettings { Channel = "sms", Providers = ["carrier"] }], []),
            MayRelease = true,
        };
        _ask = new ReleaseAsk { MessagesMax = options.ReleaseBatchMax, SegmentsMax = options.ReleaseBatchMax };
    }

    public string Name => "shard: decode, keep, release, encode";

    /// <summary>A shard lets go of a lane that has emptied and makes it anew for the next batch: 64 B a batch, 0.25 B a message. Nothing else.</summary>
    public double BudgetBytes => 0.5;

    public int OperationsPerRun => Batch;

    public void Run()
    {
        if (DecodeShardReleaseEncode() != Batch)
        {
            throw new InvalidOperationException("not every message of the batch has left");
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public int DecodeAndEncode()
    {
        int bytes = 0;
        for (int i = 0; i < Batch; i++)
        {
            NextBody();
            MessageDecoder.TryDecode(_body, _scratch, _nowMs, out MessageBody message, out _);
            int length = message.WriteRecord(_record);
            length += MessageRecord.AppendFrom(message.From, _record.AsSpan(length));
            bytes += SubmitEncoding.Write(_record.AsSpan(0, length), ++_sequence, _pdu);
        }

        return bytes;
    }

    /// <summary>The messages that left and were kept as sent.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int DecodeShardReleaseEncode()
    {
        _nowMs += BatchMs;
        _monotonicMs += BatchMs;
        _shard.NowMs = _nowMs;
        _shard.MonotonicMs = _monotonicMs;
        _shard.Advance((uint)(_monotonicMs / Shard.TickMs));
        long kept = _offered.OutcomesKept;
        Keep();
        Release();
        Settle();
        return (int)(_offered.OutcomesKept - kept);
    }

    private void Keep()
    {
        _part.Clear();
        _rows.Clear();
        for (int i = 0; i < Batch; i++)
        {
            NextBody();
            AcceptRequest request = _requests[i];
            if (!_maker.TryMake(_body, _scratch, _nowMs, _tenant, default, 0, request, out _))
            {
                throw new InvalidOperationException("the sample body does not decode");
            }

            int row = _shard.FindRow(request.Contact);
            row = row >= 0 ? row : _shard.AddRow(new StoredContact { Contact = request.Contact }, _contactRead);
            _shard.Pin(row);
            _shard.Prepare(request, row, _part);
            _rows.Add(row);
        }

        _shard.BeginInbound(_part);
        _shard.ApplyAccepted(_part, _rows.Span);
        _shard.ApplyInbound(_part, releaseEnd: 0, mayBeOpen: false);
    }

    private void Release()
    {
        while (_offered.IsOpen)
        {
            _offered.IsOpen = false;
            _ask.Clear();
            _ask.Lane = _offered.Lane;
            _ask.ShardLane = _offered.ShardLane;
            _ask.ReleaseEnd = _monotonicMs + 250;
            _shard.Release(_ask, null);
            foreach (ref Departure departure in _ask.Departures.Span)
            {
                SubmitEncoding.Write(departure.Record.AsSpan(0, departure.RecordLength), ++_sequence, _pdu);
                DueSegments.ReturnRecord(ref departure);
                ulong receiptKey = ++_receiptKey * 0x9E37_79B9_7F4A_7C15; // spread over the index as a keyed hash is
                _receipts.Expect(receiptKey, departure.Id);
                _shard.OnOutcome(new Outcome { Provider = Provider, Epoch = departure.Epoch, Message = departure.Id, Kind = OutcomeKind.Sent, ReceiptKey = receiptKey });
            }

            _offered.IsOpen |= _ask.More;
        }
    }

    private void Settle()
    {
        _part.Clear();
        _shard.FillPart(_part);
        _shard.ApplySteps(_monotonicMs + 250, mayBeOpen: false);
    }

    // Writes the next contact's number into the body.
    private void NextBody()
    {
        int contact = _order[_at];
        _at = _at + 1 == Contacts ? 0 : _at + 1;
        for (int digit = 6; digit >= 0; digit--)
        {
            _body[_digitsAt + digit] = (byte)('0' + (contact % 10));
            contact /= 10;
        }
    }
}
