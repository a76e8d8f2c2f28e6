using Router.Engine.Journal;
using Router.Storage.Log;

namespace Router.Storage.Sqlite;

/// <summary>A transaction's parts, what it adds to the log, and once it has ended its fate. Two take turns: one is written while memory follows the other.</summary>
internal sealed class FinishedCommit
{
    /// <summary>Its parts.</summary>
    public List<JournalPart> Parts { get; } = [];

    /// <summary>What it adds to the log.</summary>
    public LogWriter Log { get; } = new();

    /// <summary>Its number in the log; counts only when <see cref="Outcome"/> is kept and <see cref="Log"/> has entries.</summary>
    public long Number { get; set; }

    /// <summary>When it was made, Unix ms.</summary>
    public long AtMs { get; set; }

    /// <summary>Its fate.</summary>
    public PartOutcome Outcome { get; set; }

    /// <summary>Accepted messages in it.</summary>
    public int Messages { get; set; }
}
