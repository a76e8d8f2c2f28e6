using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Bench.Sealing;

/// <summary>
/// Seals and opens the record of a body of 400 B: for one contact, whose cipher is live, and for 100,000 contacts in random order, of which 8,192 have a live one.
/// Baseline: one live <see cref="AesGcm"/> over the same record.
/// </summary>
/// <remarks>
/// Seen: one contact, sealed 1.8 µs, opened 2.1 µs, baseline 2.1 µs (some 2.5 times GROUND's that day), 0 B; any contact 9.1 and 7.5 µs, 64 B: salt read, key derived, cipher made,
/// an old one let go of.
/// </remarks>
[MemoryDiagnoser]
public class SealingBenchmark : IGate
{
    private const int Contacts = 100_000;
    private const long FirstMs = 1_795_478_400_000;

    private readonly byte[] _record = new byte[512];
    private readonly int _length;
    private readonly int[] _order = new int[Contacts];
    private KeyFolder _keys = null!;
    private AesGcm _live = null!;
    private uint[] _slots = [];
    private byte[] _sealed = [];
    private byte[] _destination = [];
    private long _next;

    public SealingBenchmark()
    {
        MessageDecoder.TryDecode(SampleBodies.Of400Bytes, new byte[MessageDecoder.ScratchBytesMax], FirstMs, out MessageBody message, out _);
        _length = message.WriteRecord(_record);
        _length += MessageRecord.AppendFrom(message.From, _record.AsSpan(_length));
        for (int i = 0; i < Contacts; i++)
        {
            _order[i] = i;
        }

        new Random(7).Shuffle(_order);
    }

    public string Name => "seal: seal and open, one contact";

    public double BudgetBytes => 0;

    public int OperationsPerRun => 2;

    private int SealedLength => _length + IRecordSealer.Overhead;

    [GlobalSetup]
    public void SetUp()
    {
        _keys = new KeyFolder();
        _live = new AesGcm(RandomNumberGenerator.GetBytes(32), IRecordSealer.Overhead);
        _slots = _keys.NewSlots(Contacts);
        _sealed = new byte[Contacts * SealedLength];
        _destination = new byte[SealedLength];
        for (int contact = 0; contact < Contacts; contact++)
        {
            Seal(contact, IdOf(contact), SealedOf(contact));
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _live.Dispose();
        _keys.Dispose();
        _sealed = [];
    }

    public void Run()
    {
        SealOneContact();
        if (!OpenOneContact())
        {
            throw new InvalidOperationException("a sealed record does not open");
        }
    }

    [Benchmark(Baseline = true)]
    public byte OneLiveAesGcm()
    {
        Span<byte> id = stackalloc byte[16];
        IdOf(++_next).Write(id);
        _live.Encrypt(id[..12], _record.AsSpan(0, _length), _destination.AsSpan(0, _length), _destination.AsSpan(_length), id);
        return _destination[0];
    }

    [Benchmark]
    public byte SealOneContact()
    {
        Seal(0, IdOf(++_next), _destination);
        return _destination[0];
    }

    [Benchmark]
    public bool OpenOneContact() => Open(0);

    [Benchmark]
    public byte SealAnyContact()
    {
        long next = ++_next;
        Seal(_order[next % Contacts], IdOf(next), _destination);
        return _destination[0];
    }

    [Benchmark]
    public bool OpenAnyContact() => Open(_order[++_next % Contacts]);

    private static MessageId IdOf(long number) => MessageId.Create(FirstMs + number, 0, 0, (ulong)number);

    private Span<byte> SealedOf(int contact) => _sealed.AsSpan(contact * SealedLength, SealedLength);

    private void Seal(int contact, MessageId id, Span<byte> destination) =>
        _keys.Sealer.Seal(KeyFolder.Tenant, _slots[contact], id, _record.AsSpan(0, _length), destination);

    private bool Open(int contact) => _keys.Sealer.TryOpen(KeyFolder.Tenant, _slots[contact], IdOf(contact), SealedOf(contact), _destination);
}
