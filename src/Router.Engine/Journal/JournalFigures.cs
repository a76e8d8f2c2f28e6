namespace Router.Engine.Journal;

/// <summary>What a journal tells people of itself; made when asked for.</summary>
/// <param name="Commits">Commits in the log, over all lives of the store.</param>
/// <param name="Entries">Messages and changes kept since the start.</param>
/// <param name="CommitHalf">Time of a commit until the disk had it, of the last minute: half took no longer; null: there was none.</param>
/// <param name="CommitMost">The same of 99 in 100.</param>
/// <param name="WalBytes">Size of the write-ahead log; 0 where there is none.</param>
public readonly record struct JournalFigures(long Commits, long Entries, TimeSpan? CommitHalf, TimeSpan? CommitMost, long WalBytes);
