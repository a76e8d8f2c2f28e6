using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Figures;
using Router.Engine.Journal;
using Router.Engine.Limits;
using Router.Grains.Streams;

namespace Router.Grains.Administration;

/// <summary>What a silo tells people of itself: <see cref="EngineFigures"/>, <see cref="JournalFigures"/> and its process, on their way to another silo.</summary>
[GenerateSerializer, Immutable]
public sealed record SiloFigures
{
    /// <summary>Messages by status and reason since the silo started.</summary>
    [Id(0)]
    public required (MessageStatus Status, Reason Reason, long Count)[] Messages { get; init; }

    /// <summary>See <see cref="EngineFigures.WaitHalf"/>.</summary>
    [Id(1)]
    public TimeSpan? WaitHalf { get; init; }

    /// <summary>See <see cref="EngineFigures.WaitMost"/>.</summary>
    [Id(2)]
    public TimeSpan? WaitMost { get; init; }

    /// <summary>See <see cref="EngineFigures.ReceiptsAwaited"/>.</summary>
    [Id(3)]
    public required int ReceiptsAwaited { get; init; }

    /// <summary>See <see cref="EngineFigures.ReceiptsUnmatched"/>.</summary>
    [Id(4)]
    public required int ReceiptsUnmatched { get; init; }

    /// <summary>Limits reached: what it holds for, whose (number of tenant or provider), channel or sender's tag, lanes held back.</summary>
    [Id(5)]
    public required (LimitKind Kind, int Owner, uint Part, int Lanes)[] Limits { get; init; }

    /// <summary>See <see cref="JournalFigures.Commits"/>.</summary>
    [Id(6)]
    public required long Commits { get; init; }

    /// <summary>See <see cref="JournalFigures.Entries"/>.</summary>
    [Id(7)]
    public required long Entries { get; init; }

    /// <summary>See <see cref="JournalFigures.CommitHalf"/>.</summary>
    [Id(8)]
    public TimeSpan? CommitHalf { get; init; }

    /// <summary>See <see cref="JournalFigures.CommitMost"/>.</summary>
    [Id(9)]
    public TimeSpan? CommitMost { get; init; }

    /// <summary>See <see cref="JournalFigures.WalBytes"/>.</summary>
    [Id(10)]
    public required long WalBytes { get; init; }

    /// <summary>Why nothing can be kept now; null: it can.</summary>
    [Id(11)]
    public string? JournalFault { get; init; }

    /// <summary>Memory of the process, bytes.</summary>
    [Id(12)]
    public required long MemoryBytes { get; init; }

    /// <summary>Time that collections of garbage have stopped it, in all.</summary>
    [Id(13)]
    public required TimeSpan GcPauses { get; init; }

    /// <summary>The channel streams; null: there are none.</summary>
    [Id(14)]
    public StreamFigures? Streams { get; init; }

    /// <summary>Packs what <paramref name="engine"/> and <paramref name="journal"/> tell, with what <paramref name="streams"/> do.</summary>
    public static SiloFigures Of(SiloEngine engine, IJournal journal, StreamFigures? streams)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(journal);
        EngineFigures figures = engine.Figures();
        JournalFigures kept = journal.Figures;
        return new SiloFigures
        {
            Messages = [.. figures.Messages.Select(static m => (m.Status, m.Reason, m.Count))],
            WaitHalf = figures.WaitHalf,
            WaitMost = figures.WaitMost,
            ReceiptsAwaited = figures.ReceiptsAwaited,
            ReceiptsUnmatched = figures.ReceiptsUnmatched,
            Limits = [.. figures.Limits.Select(static l => (l.Key.Kind, l.Key.Owner, l.Key.Part, l.Lanes))],
            Commits = kept.Commits,
            Entries = kept.Entries,
            CommitHalf = kept.CommitHalf,
            CommitMost = kept.CommitMost,
            WalBytes = kept.WalBytes,
            JournalFault = journal.NotWritableBecause,
            MemoryBytes = Environment.WorkingSet,
            Streams = streams,
            GcPauses = GC.GetTotalPauseDuration(),
        };
    }
}
