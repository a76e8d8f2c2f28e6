using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Router.Grains.Administration;
using Router.Streams.In;

namespace Router.Streams.Topics;

/// <summary>Looks which topics there should be and which there are, makes those that are missing, and tells the reader. Every few seconds: a tenant's first record waits no longer.</summary>
internal sealed partial class TopicWatch(KafkaOptions options, KafkaReader reader, IAdministration administration, KafkaHealth health, TimeProvider time, ILogger<TopicWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HashSet<string> missing = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig(new Dictionary<string, string>(options.Client)) { BootstrapServers = options.BootstrapServers })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => health.Down(error.Code.ToString()))
            .Build();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(admin);
            }
            catch (KafkaException fault)
            {
                health.Down(fault.Error.Code.ToString());
                LogNotLooked(fault.Error.Code.ToString());
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(IAdminClient admin)
    {
        (HashSet<string> read, HashSet<string> written) = Wanted();
        Dictionary<string, int> there = (await Task.Run(() => admin.GetMetadata(Patience))).Topics
            .Where(static t => !t.Error.IsError && t.Partitions.Count > 0).ToDictionary(static t => t.Topic, static t => t.Partitions.Count);
        string[] absent = [.. read.Concat(written).Where(t => !there.ContainsKey(t))];
        if (absent.Length > 0 && options.CreateTopics)
        {
            await CreateAsync(admin, absent);
        }
        else if (absent.Length > 0 && !missing.SetEquals(absent))
        {
            LogMissing(string.Join(", ", absent));
        }

        missing.Clear();
        missing.UnionWith(options.CreateTopics ? [] : absent);
        reader.Topics(there.Where(t => read.Contains(t.Key)).ToDictionary(static t => t.Key, static t => t.Value));
        health.Up();
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

    private async Task CreateAsync(IAdminClient admin, string[] absent)
    {
        try
        {
            await admin.CreateTopicsAsync(absent.Select(topic => new TopicSpecification
            {
                Name = topic,
                NumPartitions = options.Partitions,
                ReplicationFactor = options.Replication == 0 ? (short)-1 : (short)options.Replication,
                Configs = new Dictionary<string, string> { ["retention.ms"] = ((long)TimeSpan.FromHours(options.RetentionHours).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture) },
            }));
            LogCreated(string.Join(", ", absent));
        }
        catch (CreateTopicsException fault) when (fault.Results.TrueForAll(static r => !r.Error.IsError || r.Error.Code == Confluent.Kafka.ErrorCode.TopicAlreadyExists))
        {
            // Another silo was faster.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "topics made: {Topics}")]
    private partial void LogCreated(string topics);

    [LoggerMessage(2, LogLevel.Warning, "topics are missing: {Topics}; make them, or set Kafka:CreateTopics=true")]
    private partial void LogMissing(string topics);

    [LoggerMessage(3, LogLevel.Warning, "Kafka's topics could not be looked at ({Code}); trying again")]
    private partial void LogNotLooked(string code);
}
