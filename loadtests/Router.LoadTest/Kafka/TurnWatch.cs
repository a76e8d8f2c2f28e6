using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Kafka;

/// <summary>Measures all sides in the same way: by what the broker has of the topic that they write to, and by what Linux says of both processes.</summary>
internal sealed class TurnWatch(Broker broker, string topic, int pid)
{
    private const int LookMs = 50;

    // Without a new record for so long, with all that must come there: the turn is over.
    private static readonly long quiet = Clock.Seconds(1);
    private static readonly long patience = Clock.Seconds(60);

    /// <summary>Has <paramref name="start"/> begin and follows it until <paramref name="expected"/> records are written, no more come and all is done. Its bytes are for the caller to fill in.</summary>
    /// <param name="count">Records that it reads.</param>
    /// <param name="expected">Records that it writes, at least.</param>
    /// <param name="start">Begins it.</param>
    /// <param name="finished">How many of what it reads are done, of this turn and those before: exactly <paramref name="count"/> more when it is over. Null: records written say enough.</param>
    internal async Task<Turn> FollowAsync(long count, long expected, Func<Task> start, Func<Task<long>>? finished = null)
    {
        long wanted = finished is null ? 0 : await finished() + count;
        Seen begin = await LookAsync();
        await start();
        Seen first = begin;
        Seen last = begin;
        while (true)
        {
            await Task.Delay(LookMs);
            Seen now = await LookAsync();
            if (now.Written > last.Written)
            {
                first = last.Written == begin.Written ? now : first;
                last = now;
                continue;
            }

            long still = now.At - last.At;
            long left = 0;
            if (last.Written - begin.Written >= expected && still > quiet)
            {
                left = finished is null ? 0 : wanted - await finished();
                if (left == 0)
                {
                    break;
                }
            }

            if (left < 0 || still > patience)
            {
                throw new InvalidOperationException($"{last.Written - begin.Written:N0} of {expected:N0} records came to {topic}, and no more; {count - left:N0} of {count:N0} were done");
            }
        }

        if (first == last)
        {
            first = begin; // so few that they came at once
        }

        double perRecord = (double)(last.Written - begin.Written) / count;
        double records = (last.Written - first.Written) / perRecord;
        return new Turn(
            records / ((last.At - first.At) / 1e9), (last.Cpu - first.Cpu) * 1e6 / records, (last.BrokerCpu - first.BrokerCpu) * 1e6 / records, 0, perRecord);
    }

    private async Task<Seen> LookAsync()
    {
        double cpu = ProcessFigures.Of(pid)?.CpuSeconds ?? throw new InvalidOperationException("it has ended");
        double brokerCpu = ProcessFigures.Of(broker.Pid)!.Value.CpuSeconds;
        return new Seen(Clock.Now, await broker.WrittenAsync(topic), cpu, brokerCpu);
    }

    private readonly record struct Seen(long At, long Written, double Cpu, double BrokerCpu);
}
