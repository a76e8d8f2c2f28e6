using SQLitePCL;

namespace Router.Storage.Sqlite;

/// <summary>A call of SQLite's failed. Never leaves the store: callers turn it into an outcome or a <see cref="StorageException"/>.</summary>
internal sealed class SqliteFault : Exception
{
    /// <param name="code">Extended result code.</param>
    /// <param name="doing">What was done: words of ours, never SQL with values.</param>
    public SqliteFault(int code, string doing)
        : base($"{doing}: {raw.sqlite3_errstr(code & 0xFF).utf8_to_string()} (SQLite result {code})") => Code = code;

    /// <summary>Extended result code (sqlite.org/rescode.html).</summary>
    public int Code { get; }

    /// <summary>Primary result code.</summary>
    public int Primary => Code & 0xFF;

    /// <summary>
    /// Whether a COMMIT that failed so is known to have stored nothing: the file was full before the commit's last frame was written, or the lock was not had.
    /// Anything else (an I/O error, a failed fsync) leaves the fate open.
    /// </summary>
    public bool CommitIsRolledBack => Primary is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_READONLY or raw.SQLITE_NOMEM;

    /// <summary>The same as an exception for the outside, with the remedy.</summary>
    public StorageException ToStorage(string path) => new(Primary switch
    {
        raw.SQLITE_FULL => $"the disk of '{path}' is full: free some space; nothing accepted was lost",
        raw.SQLITE_READONLY or raw.SQLITE_PERM => $"'{path}' cannot be written: give this user the right to write it and its folder",
        raw.SQLITE_CANTOPEN => $"'{path}' cannot be opened: check that it and its folder exist and can be written by this user",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => $"'{path}' is damaged: keep a copy of the folder, then restore it from the backup; do not delete single files",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"'{path}' is held open by another program: close it",
        _ => $"'{path}' cannot be read or written: check the disk",
    }, this);
}
