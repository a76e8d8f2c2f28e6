using System.Runtime.InteropServices;
using Confluent.Kafka;
using Router.Engine.Work;

namespace Router.Streams.Out;

/// <summary>Records written together by one caller: ends once the brokers have all of them, or with the first reason why one was not taken.</summary>
internal sealed class WriteBatch
{
    private readonly ScheduledAnswer<Confluent.Kafka.ErrorCode> done;
    private readonly ProducerTally tally;
    private readonly Action? works;
    private ProducerLife? life;
    private WriteBatch? after;
    private nint handle;
    private int left = 1;
    private int failed; // an ErrorCode

    /// <param name="tally">Counts its records.</param>
    /// <param name="works">Called with each that was taken.</param>
    /// <param name="scheduler">Whoever waits for it goes on there; null: the thread pool.</param>
    /// <param name="after">The batch before it. It must not overtake that, nor any before that: while another client than theirs is asked, it waits until all of them are taken, in whatever order they
    /// are, as partitions do not wait for one another; null: none.</param>
    public WriteBatch(ProducerTally tally, Action? works = null, IWorkScheduler? scheduler = null, WriteBatch? after = null)
    {
        this.after = NotTaken(after);
        done = new ScheduledAnswer<Confluent.Kafka.ErrorCode>(scheduler ?? ThreadPoolScheduler.Instance);
        this.tally = tally;
        this.works = works;
        Acknowledged = OnReport;
    }

    /// <summary>To be told of each.</summary>
    public Action<DeliveryReport<byte[], byte[]>> Acknowledged { get; }

    /// <summary>Ends when <see cref="Close"/> was called and all are told; <see cref="Confluent.Kafka.ErrorCode.NoError"/>: the brokers have all.</summary>
    public Task<Confluent.Kafka.ErrorCode> Done => done.Task;

    /// <summary>Whether anything of it was handed to a client.</summary>
    public bool IsBegun => life is not null;

    /// <summary>Goes through a direct client with each record, until all are told of or the client is gone. For who writes, under the client's lock.</summary>
    public nint Handle => handle != 0 ? handle : handle = GCHandle.ToIntPtr(GCHandle.Alloc(this));

    /// <summary>The batch of a <see cref="Handle"/>.</summary>
    public static WriteBatch Of(nint handle) => (WriteBatch)GCHandle.FromIntPtr(handle).Target!;

    /// <summary>Whether it can't be written any more: what it must not overtake has to be written again first.</summary>
    public bool IsLost
    {
        get
        {
            WriteBatch? before = after;
            while (before is { HasFailed: false })
            {
                before = before.after;
            }

            return before is not null;
        }
    }

    // Known before all of it is told.
    private bool HasFailed => Volatile.Read(ref failed) != (int)Confluent.Kafka.ErrorCode.NoError;

    private bool IsTaken => Volatile.Read(ref left) == 0 && !HasFailed;

    /// <summary>One more is written.</summary>
    public void Add()
    {
        Interlocked.Increment(ref left);
        tally.Began();
    }

    /// <summary>The last one added was not taken by the client.</summary>
    public void Refused(Confluent.Kafka.ErrorCode code) => Told(code);

    /// <summary>No more come.</summary>
    public void Close() => End();

    /// <summary>Whether it is, or becomes, one of the client's.</summary>
    public bool TryJoin(ProducerLife client)
    {
        if (life is null && MayJoin(client) && client.TryAdd(this))
        {
            life = client;
        }

        return life == client;
    }

    // Whether all before it that are not taken are the client's as well, which keeps their order.
    private bool MayJoin(ProducerLife client)
    {
        WriteBatch? before = after = NotTaken(after);
        while (before is { HasFailed: false } && before.life == client)
        {
            before = before.after;
        }

        return before is null;
    }

    // The newest one that is not taken, of it and those before it. Those that are taken are let go, so that a chain is no longer than what is under way; only who writes changes it.
    private static WriteBatch? NotTaken(WriteBatch? newest)
    {
        WriteBatch? first = null;
        WriteBatch? last = null;
        for (WriteBatch? one = newest; one is not null; one = one.after)
        {
            if (!one.IsTaken)
            {
                first ??= one;
                if (last is not null)
                {
                    last.after = one;
                }

                last = one;
            }
        }

        if (last is not null)
        {
            last.after = null;
        }

        return first;
    }

    /// <summary>Its client is gone: nobody tells of the rest.</summary>
    public void Fail(Confluent.Kafka.ErrorCode code)
    {
        if (done.TryGive(code))
        {
            Interlocked.CompareExchange(ref failed, (int)code, (int)Confluent.Kafka.ErrorCode.NoError);
            tally.Lost(Volatile.Read(ref left));
        }

        FreeHandle();
    }

    private void OnReport(DeliveryReport<byte[], byte[]> report)
    {
        bool isTaken = report.Status == PersistenceStatus.Persisted;
        Written(isTaken ? Confluent.Kafka.ErrorCode.NoError : report.Error.IsError ? report.Error.Code : Confluent.Kafka.ErrorCode.Unknown);
    }

    /// <summary>One is told of.</summary>
    public void Written(Confluent.Kafka.ErrorCode code)
    {
        if (code == Confluent.Kafka.ErrorCode.NoError)
        {
            works?.Invoke();
        }

        Told(code);
    }

    private void Told(Confluent.Kafka.ErrorCode code)
    {
        tally.Ended(code == Confluent.Kafka.ErrorCode.NoError);
        if (code != Confluent.Kafka.ErrorCode.NoError)
        {
            Interlocked.CompareExchange(ref failed, (int)code, (int)Confluent.Kafka.ErrorCode.NoError);
        }

        End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref left) == 0)
        {
            FreeHandle();
            done.TryGive((Confluent.Kafka.ErrorCode)Volatile.Read(ref failed));
        }
    }

    private void FreeHandle()
    {
        nint allocated = Interlocked.Exchange(ref handle, 0);
        if (allocated != 0)
        {
            GCHandle.FromIntPtr(allocated).Free();
        }
    }
}
