using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.Out;

/// <content>Topics that read for themselves until they have caught up with the others.</content>
internal sealed partial class OwnTopics
{
    private const int BatchMax = 512; // what one reads at a time
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim turn = new(1); // one composes at a time: the memory of one
    private readonly StructList<LogEvent> events = new(BatchMax);
    private readonly EventBodies bodies = new();
    private readonly EventMessages messages = new();
    private readonly List<Task> catchingUp = [];

    private void FallBehind(OwnTopic topic)
    {
        topic.IsBehind = true;
        if (!topic.IsReadFor)
        {
            topic.IsReadFor = true;
            catchingUp.RemoveAll(static t => t.IsCompleted);
            catchingUp.Add(CatchUpAsync(topic));
        }

        Tell();
    }

    private async Task CatchUpAsync(OwnTopic topic)
    {
        await Task.Yield();
        TimeSpan pause = PauseMin;
        while (topic.IsBehind && !stop.IsCancellationRequested)
        {
            if (administration.Current.FindTenant(topic.Tenant) is not { Settings.EventsToKafka: true } tenant)
            {
                topics.Remove(topic.Tenant); // gone, or it wants none any more
                break;
            }

            try
            {
                if (await IsTakenAsync(topic))
                {
                    pause = PauseMin;
                    topic.Handing = HandOverAsync(topic, tenant);
                    await topic.Handing;
                    await Task.Yield(); // a week of others' events: they have their turns
                    continue;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps its events from going out now, they go out later: its place is in the log.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Refuse(topic, fault.GetType().Name);
            }

            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }

        topic.IsReadFor = false;
        Tell();
    }

    // Whether all that it was given is with the brokers; else it begins again with the first that is not.
    private async Task<bool> IsTakenAsync(OwnTopic topic)
    {
        bool isAny = topic.UnderWay.Count > 0;
        while (topic.UnderWay.TryPeek(out OwnWrite first))
        {
            Confluent.Kafka.ErrorCode code = await first.Batch.Done.WaitAsync(stop);
            if (code != Confluent.Kafka.ErrorCode.NoError)
            {
                // Its place, which may be kept meanwhile, stays there until nothing is under way that what is written again could be overtaken by.
                foreach (OwnWrite one in topic.UnderWay)
                {
                    await one.Batch.Done.WaitAsync(stop);
                }

                topic.UnderWay.Clear();
                (topic.From, topic.Last) = (first.Start, null);
                Refuse(topic, code.ToString());
                return false;
            }

            topic.UnderWay.Dequeue();
        }

        if (isAny)
        {
            Accept(topic);
        }

        return true;
    }

    // One event alone until something is taken again: what comes after one that is not must not overtake it.
    private async Task HandOverAsync(OwnTopic topic, Tenant tenant)
    {
        await turn.WaitAsync(stop);
        try
        {
            int max = topic.Refused is null ? BatchMax : 1;
            events.Clear();
            LogPosition looked = journal.Events.Read(topic.Tenant, topic.From, events, max);

            // Few events are not the end: a read looks at a part of the log. And only who has read all that was handed out to the others misses nothing of it; what is handed out from here on waits.
            bool isAll = events.Count < max && looked >= handedOut;
            if (events.Count == 0 || await WriteAsync(topic, tenant))
            {
                topic.From = looked > topic.From ? looked : topic.From;
                topic.IsBehind = !isAll; // once all is handed over: what comes next must not overtake it
            }
        }
        finally
        {
            turn.Release();
        }
    }

    // False: not all of it was taken by the client.
    private async Task<bool> WriteAsync(OwnTopic topic, Tenant tenant)
    {
        bodies.Clear();
        await composer.ComposeAsync(tenant, events, bodies, stop);
        WriteBatch batch = BeginBatch(topic);
        LogPosition start = topic.From;
        string name = TopicNames.EventsOf(tenant.Name);
        int taken = 0;
        try
        {
            while (taken < events.Count && TryWrite(topic, name, events[taken], messages.Make(tenant, events[taken].Entry, bodies, taken), batch))
            {
                taken++;
            }

            return taken == events.Count;
        }
        finally
        {
            EndBatch(topic, start, batch, isWhole: taken == events.Count);
            bodies.Clear();
        }
    }
}
