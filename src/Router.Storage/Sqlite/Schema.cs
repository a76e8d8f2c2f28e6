namespace Router.Storage.Sqlite;

/// <summary>The tables of <c>journal.db</c>.</summary>
internal static class Schema
{
    /// <summary>The format written; any other is refused.</summary>
    public const long Format = 1;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS shard(n INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS message(key INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS log(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS conversation(
            tenant INTEGER NOT NULL, id BLOB NOT NULL, shard INTEGER NOT NULL, state INTEGER NOT NULL, agent INTEGER NOT NULL, active INTEGER NOT NULL, inbound INTEGER NOT NULL,
            inbounds INTEGER NOT NULL, heard INTEGER NOT NULL, slot INTEGER NOT NULL, assignee BLOB NOT NULL, PRIMARY KEY(tenant, id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS conversation_active ON conversation(tenant, state, active);
        CREATE INDEX IF NOT EXISTS conversation_agent ON conversation(tenant, agent, state, active) WHERE agent <> 0;
        CREATE INDEX IF NOT EXISTS conversation_unheard ON conversation(shard, active) WHERE heard < inbound;
        CREATE TABLE IF NOT EXISTS grain_state(key TEXT PRIMARY KEY, etag INTEGER NOT NULL, data BLOB) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audit(
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, role INTEGER NOT NULL, action TEXT NOT NULL, tenant INTEGER NOT NULL, tenant_name TEXT NOT NULL,
            object TEXT NOT NULL, source TEXT NOT NULL, result INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS audit_tenant ON audit(tenant, seq);
        CREATE TRIGGER IF NOT EXISTS audit_stands BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
        CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
        """;

    /// <summary>Makes what is missing and checks the format.</summary>
    /// <exception cref="StorageException">Written by a newer Router.</exception>
    public static void Prepare(Database database)
    {
        database.Execute(Tables);
        database.Execute($"INSERT OR IGNORE INTO meta(name, value) VALUES('format', {Format})");
        long format = ReadMeta(database, "format");
        if (format != Format)
        {
            throw new StorageException($"'{database.Path}' has format {format}, this Router knows {Format}: start the version of Router that wrote it, or a newer one");
        }
    }

    /// <summary>A number of <c>meta</c>; 0: not there.</summary>
    public static long ReadMeta(Database database, string name)
    {
        using Statement read = database.Prepare("SELECT value FROM meta WHERE name = ?1");
        return read.Bind(1, name).Step() ? read.Long(0) : 0;
    }
}
