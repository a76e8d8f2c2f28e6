using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orleans.Storage;
using Router.Grains.Tenants;
using Router.Storage.Sealing;
using Router.Storage.Sqlite;

namespace Router.Storage.GrainState;

/// <summary>
/// Grain state on the journal's writer: a write is part of the next group commit (GROUND: 29 k/s against 1.5 k/s for AdoNet on SQLite). JSON, sealed with AES-256-GCM
/// under a key derived from the master key, because settings hold passwords. Never for messages.
/// </summary>
internal sealed class SqliteGrainStorage : IGrainStorage, IStateRemoval, IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IncludeFields = true };

    private readonly SqliteWriter writer;
    private readonly AesGcm cipher;
    private readonly Lock cipherGate = new();
    private readonly Lock readGate = new();
    private readonly Database reading;
    private readonly Statement select;
    private readonly GrainStateTable table;

    public SqliteGrainStorage(Database database, SqliteWriter writer, MasterKey master, Database reading)
    {
        this.writer = writer;
        this.reading = reading;
        byte[] key = master.Derive("router grain state v1");
        cipher = new AesGcm(key, TagLength);
        CryptographicOperations.ZeroMemory(key);
        table = new GrainStateTable(database);
        select = reading.Prepare("SELECT etag, data FROM grain_state WHERE key = ?1");
    }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        string key = KeyOf(stateName, grainId);
        (byte[]? data, long etag) = await Task.Run(() => Read(key)).ConfigureAwait(true);
        grainState.ETag = etag == 0 ? null! : ToText(etag);
        grainState.RecordExists = data is not null;
        grainState.State = data is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(Open(key, data), Json)!;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        string key = KeyOf(stateName, grainId);
        byte[] data = Seal(key, JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json));
        grainState.ETag = ToText(await ChangeAsync(key, grainState.ETag, data).ConfigureAwait(true));
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        await ChangeAsync(KeyOf(stateName, grainId), grainState.ETag, data: null).ConfigureAwait(true);
        grainState.ETag = null!;
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string stateName, GrainId beginning)
    {
        string from = KeyOf(stateName, beginning);
        string to = from[..^1] + (char)(from[^1] + 1);
        GrainStateRemoval removal;
        do
        {
            removal = new(table, from, to);
            Add(removal);
        }
        while (await removal.Done.ConfigureAwait(true));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        table.Dispose();
        select.Dispose();
        reading.Dispose();
        cipher.Dispose();
    }

    private static string KeyOf(string stateName, GrainId grainId) => $"{stateName}|{grainId}";

    private static string ToText(long etag) => etag.ToString(CultureInfo.InvariantCulture);

    private async Task<long> ChangeAsync(string key, string? etag, byte[]? data)
    {
        long expected = string.IsNullOrEmpty(etag) ? 0 : long.Parse(etag, CultureInfo.InvariantCulture);
        GrainStateChange change = new(table, key, expected, data);
        Add(change);
        (long stored, bool changed) = await change.Done.ConfigureAwait(true);
        return changed
            ? stored
            : throw new InconsistentStateException($"the state of '{key}' was changed by another activation", ToText(stored), etag ?? "");
    }

    private void Add(IWriterWork work)
    {
        if (!writer.TryAdd(work))
        {
            throw new StorageException("the store is closed: Router is stopping");
        }
    }

    private (byte[]? Data, long Etag) Read(string key)
    {
        lock (readGate)
        {
            try
            {
                bool found = select.Bind(1, key).Step();
                return found ? (select.Blob(1).ToArray(), select.Long(0)) : (null, 0);
            }
            catch (SqliteFault fault)
            {
                throw fault.ToStorage(reading.Path);
            }
            finally
            {
                select.Reset();
            }
        }
    }

    private byte[] Seal(string key, byte[] plain)
    {
        byte[] data = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(data.AsSpan(0, NonceLength));
        lock (cipherGate)
        {
            cipher.Encrypt(
                data.AsSpan(0, NonceLength), plain, data.AsSpan(NonceLength, plain.Length), data.AsSpan(NonceLength + plain.Length), Encoding.UTF8.GetBytes(key));
        }

        CryptographicOperations.ZeroMemory(plain);
        return data;
    }

    private byte[] Open(string key, byte[] data)
    {
        byte[] plain = new byte[data.Length - NonceLength - TagLength];
        try
        {
            lock (cipherGate)
            {
                cipher.Decrypt(
                    data.AsSpan(0, NonceLength), data.AsSpan(NonceLength, plain.Length), data.AsSpan(NonceLength + plain.Length), plain, Encoding.UTF8.GetBytes(key));
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new StorageException($"the state of '{key}' in '{reading.Path}' cannot be opened: it is damaged or was sealed under another master key", mismatch);
        }
    }
}
