using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Grains.Administration;
using Router.Streams.In;

namespace Router.Streams.Topics;

/// <summary>Looks which topics there should be and which there are, makes those that are missing, and tells the reader. Every few seconds: a tenant's first record waits no longer.</summary>
internal sealed partial class TopicWatch(KafkaOptions options, KafkaReader reader, IAdministration administration, LagLook lag, KafkaHealth health, TimeProvider time, ILogger<TopicWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HashSet<string> missing = [];
    private readonly HashSet<string> made = [];
    private Task forgetting = Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is the group's is asked of it as one of the group, which it never joins: librdkafka 2.16 takes down the process where an administrator's request to a coordinator finds that it has moved (its issue 5040).
        IConsumer<Ignore, Ignore> group = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(new Dictionary<string, string>(options.Client)) { BootstrapServers = options.BootstrapServers, GroupId = options.Group })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => health.Down(error.Code.ToString()))
            .Build();
        try
        {
            await LookOnAsync(group, stoppingToken);
        }
        finally
        {
            if (forgetting.IsCompleted)
            {
                group.Dispose(); // else librdkafka is in the middle of a call on it, and the process ends anyway
            }
        }
    }

    private async Task LookOnAsync(IConsumer<Ignore, Ignore> group, CancellationToken stoppingToken)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(group.Handle).Build();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(admin, group);
            }
            catch (KafkaException fault)
            {
                health.Down(fault.Error.Code.ToString());
                LogNotLooked(fault.Error.Code.ToString());
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(IAdminClient admin, IConsumer<Ignore, Ignore> group)
    {
        (HashSet<string> read, HashSet<string> written) = Wanted();
        Dictionary<string, int> there = (await Task.Run(() => admin.GetMetadata(Patience))).Topics
            .Where(static t => !t.Error.IsError && t.Partitions.Count > 0).ToDictionary(static t => t.Topic, static t => t.Partitions.Count);
        await ForgetAsync(group, there);

        // Before anything is made, which may take its time or fail: it holds up what is missing alone.
        reader.Topics(there.Where(t => read.Contains(t.Key) && !made.Contains(t.Key)).ToDictionary(static t => t.Key, static t => t.Value));
        string[] absent = [.. read.Concat(written).Where(t => !there.ContainsKey(t))];
        bool areMissing = !options.CreateTopics;
        if (absent.Length > 0 && options.CreateTopics)
        {
            areMissing = await CreateAsync(admin, absent);
        }
        else if (absent.Length > 0 && !missing.SetEquals(absent))
        {
            LogMissing(string.Join(", ", absent));
        }

        missing.Clear();
        missing.UnionWith(areMissing ? absent : []);
        health.Up();
        if (await lag.LookAsync(admin, group) is { Count: > 0 } still)
        {
            await reader.AssignAnewAsync(still);
        }
    }

    private (HashSet<string> Read, HashSet<string> Written) Wanted()
    {
        var tenants = administration.Current.Tenants.Where(static t => !t.IsDeleting).ToList();
        HashSet<string> read = [TopicNames.Inbound, TopicNames.Receipts, .. tenants.Select(static t => TopicNames.OutboundOf(t.Name))];
        if (options.SharedOutbound)
        {
            read.Add(TopicNames.SharedOutbound);
        }

        IEnumerable<string> gateways = administration.Current.Providers.Where(static p => p.Settings.Kind == "kafka").Select(static p => TopicNames.ChannelOutboundOf(p.Name));
        return (read, [TopicNames.Events, TopicNames.DeadLetters, .. gateways, .. tenants.Where(static t => t.Settings.EventsToKafka).Select(static t => TopicNames.EventsOf(t.Name))]);
    }

    // A topic that was just made begins at its beginning: the group's offsets of one that had its name would pass over its first records.
    private async Task ForgetAsync(IConsumer<Ignore, Ignore> group, Dictionary<string, int> there)
    {
        TopicPartitionOffset[] begun = [.. there.Where(t => made.Contains(t.Key)).SelectMany(static t => Enumerable.Range(0, t.Value).Select(i => new TopicPartitionOffset(t.Key, i, 0)))];
        if (begun.Length == 0 || !forgetting.IsCompleted)
        {
            return;
        }

        try
        {
            forgetting = Task.Run(() => group.Commit(begun));
            await forgetting.WaitAsync(Patience, time);
        }
        catch (Exception fault) when (fault is KafkaException or TimeoutException)
        {
            // Tried again with the next look; until then they are not read.
            LogNotForgotten(fault is KafkaException { Error.Code: var code } ? code.ToString() : "no answer");
            return;
        }

        made.ExceptWith(there.Keys);
    }

    // Whether some could not be made, as far as is known: what became of a request without an answer the next look sees. It counts as none that was made: one that only seemed to be missing would be read from its beginning.
    private async Task<bool> CreateAsync(IAdminClient admin, string[] absent)
    {
        try
        {
            await admin.CreateTopicsAsync(absent.Select(topic => new TopicSpecification
            {
                Name = topic,
                NumPartitions = options.Partitions,
                ReplicationFactor = options.Replication == 0 ? (short)-1 : (short)options.Replication,
                Configs = new Dictionary<string, string> { ["retention.ms"] = ((long)TimeSpan.FromHours(options.RetentionHours).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture) },
            }), new CreateTopicsOptions { RequestTimeout = Patience });
            made.UnionWith(absent);
            LogCreated(string.Join(", ", absent));
        }
        catch (CreateTopicsException fault)
        {
            // Another silo was faster; or it is not to be made: what is there is read all the same.
            string[] refused = [.. fault.Results.Where(static r => r.Error.IsError && r.Error.Code != Confluent.Kafka.ErrorCode.TopicAlreadyExists).Select(static r => $"{r.Topic} ({r.Error.Code})")];
            if (refused.Length > 0 && !missing.SetEquals(absent))
            {
                LogNotMade(string.Join(", ", refused));
            }

            made.UnionWith(fault.Results.Where(static r => !r.Error.IsError).Select(static r => r.Topic));
            return refused.Length > 0;
        }
        catch (KafkaException fault)
        {
            if (!missing.SetEquals(absent))
            {
                LogNotMade($"{string.Join(", ", absent)} ({fault.Error.Code})");
            }

            return true;
        }

        return false;
    }

    [LoggerMessage(1, LogLevel.Information, "topics made: {Topics}")]
    private partial void LogCreated(string topics);

    [LoggerMessage(2, LogLevel.Warning, "topics are missing: {Topics}; make them, or set Kafka:CreateTopics=true")]
    private partial void LogMissing(string topics);

    [LoggerMessage(5, LogLevel.Warning, "the group's offsets of topics just made could not be set to their beginning ({Code}); trying again")]
    private partial void LogNotForgotten(string code);

    [LoggerMessage(4, LogLevel.Warning, "topics could not be made: {Topics}; make them, or let Router")]
    private partial void LogNotMade(string topics);

    [LoggerMessage(3, LogLevel.Warning, "Kafka's topics could not be looked at ({Code}); trying again")]
    private partial void LogNotLooked(string code);
}
