namespace Router.Engine.Journal;

/// <summary>A shard just taken: its epoch and what was under way.</summary>
public sealed class TakenShard
{
    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The epoch taken.</summary>
    public required long Epoch { get; init; }

    /// <summary>New ids must be later than this Unix ms (DESIGN §3).</summary>
    public required long LastIdMs { get; init; }

    /// <summary>Messages not finished, by id.</summary>
    public required IReadOnlyList<UnfinishedMessage> Unfinished { get; init; }

    /// <summary>Receipts awaited that are recent enough to be held in memory.</summary>
    public required IReadOnlyList<AwaitedReceipt> Awaited { get; init; }

    /// <summary>Receipts that found no message.</summary>
    public required IReadOnlyList<UnmatchedReceipt> Unmatched { get; init; }
}
