using System.Security.Cryptography;
using System.Text;
using Router.Storage.Files;

namespace Router.Storage.Sealing;

/// <summary>
/// The installation's key: the file <c>master.key</c>, 32 random bytes, mode 0600 (DESIGN §8). Tenant keys are wrapped by it, the installation's other keys come from it.
/// Without the file the data cannot be opened by anyone. Cold.
/// </summary>
internal sealed class MasterKey : IDisposable
{
    /// <summary>Bytes of the key.</summary>
    public const int Size = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly byte[] key;

    private MasterKey(byte[] key) => this.key = key;

    /// <summary>Reads the file, or makes it when there is no data yet that an older one has sealed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dataExists">Whether the folder holds sealed data: then a missing key is an error, never replaced.</param>
    /// <exception cref="StorageException">Missing beside data, readable by others, of another length, not readable.</exception>
    public static MasterKey Open(string path, bool dataExists)
    {
        try
        {
            if (!File.Exists(path))
            {
                return dataExists
                    ? throw new StorageException($"the master key '{path}' is missing but the folder holds data sealed with it: restore the file from its backup")
                    : Create(path);
            }

            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & ~OwnerOnly) != 0)
            {
                throw new StorageException($"the master key '{path}' can be reached by others (mode {Convert.ToString((int)mode, 8)}): run chmod 600 on it");
            }

            byte[] key = File.ReadAllBytes(path);
            return key.Length == Size
                ? new MasterKey(key)
                : throw new StorageException($"the master key '{path}' has {key.Length} bytes, not {Size}: restore the file from its backup");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"the master key '{path}' cannot be read or made: give this user the right to", fault);
        }
    }

    /// <summary>A key of 32 bytes for one use, named by <paramref name="label"/> (HKDF-SHA256, RFC 5869).</summary>
    public byte[] Derive(string label) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Size, salt: null, Encoding.ASCII.GetBytes(label));

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    private static MasterKey Create(string path)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Size);
        using (FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        }))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new MasterKey(key);
    }
}
