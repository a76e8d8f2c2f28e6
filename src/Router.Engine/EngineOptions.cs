using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Router.Engine;

/// <summary>Bounds of the engine. Immutable; <see cref="Validate"/> is called at start.</summary>
public sealed record EngineOptions
{
    /// <summary>Requests to accept that may wait in a shard's queue, 64 to 65,536. Full: streams wait, single posts get 503.</summary>
    [Range(64, 65_536)]
    public int AcceptQueueMax { get; init; } = 2_048;

    /// <summary>Messages that a shard adds to one commit at most, 1 to 4,096.</summary>
    [Range(1, 4_096)]
    public int AcceptBatchMax { get; init; } = 512;

    /// <summary>Log entries that a shard adds to one commit at most, 64 to 65,536.</summary>
    [Range(64, 65_536)]
    public int EntryBatchMax { get; init; } = 2_048;

    /// <summary>Bytes of records just accepted that a shard keeps open in memory, 262,144 (four bodies of 64 KiB) to 67,108,864. What waits longer is read back.</summary>
    [Range(262_144, 67_108_864)]
    public int RecordRingBytes { get; init; } = 512 * 1024;

    /// <summary>Rows of contacts that a shard holds, 1,024 to 4,194,304; beyond it rows without a waiting message are dropped. 64 shards × 65,536 × about 60 B = 252 MB.</summary>
    [Range(1_024, 4_194_304)]
    public int ContactRowsMax { get; init; } = 65_536;

    /// <summary>Messages that one ask may release, 1 to 1,024.</summary>
    [Range(1, 1_024)]
    public int ReleaseBatchMax { get; init; } = 64;

    /// <summary>Outcomes of a provider that are not kept yet at most; when full, its releases wait (DESIGN §4.4). 1 to 65,536.</summary>
    [Range(1, 65_536)]
    public int SettleUnkeptMax { get; init; } = 1_024;

    /// <summary>How long a release is good, 50 to 1,000 ms (DESIGN §3).</summary>
    [Range(50, 1_000)]
    public int ReleaseMs { get; init; } = 250;

    /// <summary>Awaited receipts held in memory, 1,024 to 10,000,000; older ones are found in the journal's tables.</summary>
    [Range(1_024, 10_000_000)]
    public int AwaitedReceiptsMax { get; init; } = 500_000;

    /// <summary>Receipts without a message held in memory, 64 to 1,000,000; when full, the carrier is asked to send again.</summary>
    [Range(64, 1_000_000)]
    public int UnmatchedReceiptsMax { get; init; } = 100_000;

    /// <summary>Seconds after its first part at which a message from an end user is told without the parts that did not come, 10 to 86,400.</summary>
    [Range(10, 86_400)]
    public int PartsWaitSeconds { get; init; } = 300;

    /// <summary>Parts of messages from end users that a shard holds, 256 to 65,536 (of about 300 B); when full, the oldest message is told without the parts that did not come.</summary>
    [Range(256, 65_536)]
    public int PartsMax { get; init; } = 4_096;

    /// <summary>Automatic answers (to keywords, STOP, START, HELP) that a contact gets in an hour at most, 0 to 1,000: two machines that answer each other come to an end.</summary>
    [Range(0, 1_000)]
    public int AutomaticRepliesPerHour { get; init; } = 6;

    /// <summary>The defaults for a process that may have so much memory: below 2 GiB what is only held to be found sooner is less in proportion, down to a sixteenth.</summary>
    public static EngineOptions For(long memoryBytes)
    {
        double share = MemoryShare.Of(memoryBytes);
        var all = new EngineOptions();
        return all with
        {
            ContactRowsMax = (int)(all.ContactRowsMax * share),
            AwaitedReceiptsMax = (int)(all.AwaitedReceiptsMax * share),
            UnmatchedReceiptsMax = (int)(all.UnmatchedReceiptsMax * share),
        };
    }

    /// <summary>Names the first option that is out of its range, with its value and range; null when all are right.</summary>
    public string? Validate()
    {
        foreach (PropertyInfo option in All)
        {
            RangeAttribute range = RangeOf(option);
            if (!range.IsValid(option.GetValue(this)))
            {
                return string.Create(CultureInfo.InvariantCulture, $"Engine:{option.Name} is {option.GetValue(this)}: give a number from {range.Minimum} to {range.Maximum}");
            }
        }

        return null;
    }

    /// <summary>All options, each with its <see cref="RangeAttribute"/>.</summary>
    public static IEnumerable<PropertyInfo> All => typeof(EngineOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.PropertyType == typeof(int));

    /// <summary>The range of one of <see cref="All"/>.</summary>
    public static RangeAttribute RangeOf(PropertyInfo option) => option.GetCustomAttribute<RangeAttribute>() ?? throw new InvalidOperationException($"{option.Name} has no range");
}
