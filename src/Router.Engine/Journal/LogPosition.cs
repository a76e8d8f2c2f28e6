namespace Router.Engine.Journal;

/// <summary>A place in the log in commit order: commit number, and entry within the commit. Never a clock (DESIGN §6).</summary>
public readonly record struct LogPosition(long Commit, int Index) : IComparable<LogPosition>
{
    /// <summary>Above every index: a commit packs fewer than 2^24 entries.</summary>
    public const int IndexMax = 0xFF_FFFF;

    /// <summary>By commit, then entry.</summary>
    public int CompareTo(LogPosition other) => Commit != other.Commit ? Commit.CompareTo(other.Commit) : Index.CompareTo(other.Index);

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;
}
