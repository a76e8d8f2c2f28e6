using BenchmarkDotNet.Attributes;
using Router.Engine.Timers;

namespace Router.Bench;

/// <summary>
/// 65,536 timers wait; a tick adds 64 more, takes 32 of them back, and tells what is due. Baseline: the same with a priority queue, which cannot take back, so it adds 32.
/// </summary>
[MemoryDiagnoser]
public class TimersBenchmark : IGate
{
    private const int Waiting = 65_536;
    private const int Added = 64;
    private const int Kept = Added / 2;
    private const uint Longest = Waiting / Kept * 2;

    private readonly Slab _slab = new(Waiting * 2);
    private readonly PriorityQueue<int, uint> _queue = new(Waiting * 2);
    private readonly TimingWheel<Links> _wheel;
    private readonly Random _random = new(7);
    private uint _tick;
    private uint _queueTick;

    public TimersBenchmark()
    {
        _wheel = new TimingWheel<Links>(new Links(_slab));
        for (int i = 0; i < Waiting; i++)
        {
            uint due = (uint)_random.Next(1, (int)Longest);
            _wheel.Add(_slab.Rent(), due);
            _queue.Enqueue(i, due);
        }
    }

    public string Name => "timers: a tick with 64 added, 32 removed";

    public double BudgetBytes => 0;

    public void Run() => Wheel();

    [Benchmark(Baseline = true)]
    public int PriorityQueue()
    {
        _queueTick++;
        for (int i = 0; i < Kept; i++)
        {
            _queue.Enqueue(i, _queueTick + (uint)_random.Next(1, (int)Longest));
        }

        int due = 0;
        while (_queue.TryPeek(out _, out uint at) && at <= _queueTick)
        {
            _queue.Dequeue();
            due++;
        }

        return due;
    }

    [Benchmark]
    public int Wheel()
    {
        _tick++;
        Span<int> added = stackalloc int[Added];
        for (int i = 0; i < Added; i++)
        {
            added[i] = _slab.Rent();
            _wheel.Add(added[i], _tick + (uint)_random.Next(1, (int)Longest));
        }

        for (int i = 0; i < Added; i += 2)
        {
            _wheel.Remove(added[i]);
            _slab.Return(added[i]);
        }

        var sink = new Sink(_slab);
        _wheel.Advance(_tick, ref sink);
        return sink.Due;
    }

    internal readonly struct Links(Slab slab) : IWheelLinks
    {
        public ref int Next(int item) => ref slab.Items[item].Next;

        public ref int Previous(int item) => ref slab.Items[item].Previous;

        public ref uint Due(int item) => ref slab.Items[item].Due;
    }

    internal struct Item
    {
        public int Next;
        public int Previous;
        public uint Due;
    }

    internal sealed class Slab
    {
        private readonly Stack<int> _free;

        public Slab(int count)
        {
            Items = new Item[count];
            _free = new Stack<int>(Enumerable.Range(0, count));
        }

        public Item[] Items { get; }

        public int Rent() => _free.Pop();

        public void Return(int item) => _free.Push(item);
    }

    private struct Sink(Slab slab) : IDueItems
    {
        public int Due;

        public bool Take(int item)
        {
            Due++;
            slab.Return(item);
            return true;
        }
    }
}
