using System.Runtime.CompilerServices;
using SQLitePCL;

namespace Router.Storage.Sqlite;

/// <summary>A prepared statement of one connection, used by one thread. Parameters and columns are counted as SQLite does: from 1 and from 0.</summary>
/// <remarks>Hot path, 0 B: SQLitePCLRaw's raw calls (GROUND: as fast as own P/Invoke; ADO costs 376–440 B an execute).</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt handle;
    private readonly string doing;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        doing = sql;
        int code = raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle);
        if (code != raw.SQLITE_OK)
        {
            throw Fault();
        }
    }

    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    /// <summary>SQLite copies the bytes.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(handle, parameter, value));
        return this;
    }

    /// <summary>True: a row; false: done.</summary>
    /// <exception cref="SqliteFault">Anything else; the statement is reset.</exception>
    public bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code is raw.SQLITE_ROW)
        {
            return true;
        }

        if (code is raw.SQLITE_DONE)
        {
            return false;
        }

        SqliteFault fault = Fault();
        _ = raw.sqlite3_reset(handle);
        throw fault;
    }

    /// <summary>Ends the execution, which ends the read transaction too; keeps what is bound.</summary>
    public void Reset() => _ = raw.sqlite3_reset(handle);

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Makes a string: cold.</summary>
    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose() => handle.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fault();
        }
    }

    private SqliteFault Fault() => new(raw.sqlite3_extended_errcode(database), doing);
}
