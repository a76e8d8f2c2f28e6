using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
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
    /// <param name="flush">Flushes a file to the disk; null: the system does. For tests.</param>
    /// <exception cref="StorageException">Missing beside data, readable by others, of another length, not readable.</exception>
    public static MasterKey Open(string path, bool dataExists, Action<SafeFileHandle>? flush = null)
    {
        flush ??= RandomAccess.FlushToDisk;
        try
        {
            if (!File.Exists(path))
            {
                return dataExists
                    ? throw new StorageException($"the master key '{path}' is missing but the folder holds data sealed with it: restore the file from its backup")
                    : Create(path, flush);
            }

            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & ~OwnerOnly) != 0)
            {
                throw new StorageException($"the master key '{path}' can be reached by others (mode {Convert.ToString((int)mode, 8)}): run chmod 600 on it");
            }

            byte[] key = File.ReadAllBytes(path);
            if (!dataExists)
            {
                // Put there a moment ago, or by a start that was killed: on stable storage before anything is sealed under it.
                using SafeFileHandle file = File.OpenHandle(path);
                flush(file);
                SyncFolderOf(path);
            }

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

    // Under another name until it is on stable storage: after a failed flush the page cache shows a key that the disk may never have.
    private static MasterKey Create(string path, Action<SafeFileHandle> flush)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Size);
        string made = path + ".new";
        File.Delete(made);
        using (FileStream file = new(made, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        }))
        {
            file.Write(key);
            flush(file.SafeFileHandle);
        }

        File.Move(made, path);
        SyncFolderOf(path);
        return new MasterKey(key);
    }

    private static void SyncFolderOf(string path) => Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
}
