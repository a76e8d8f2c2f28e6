using System.Globalization;
using System.Text;

namespace Router.Storage.Files;

/// <summary>
/// The file <c>router.lock</c>: whoever holds it owns the data folder. The kernel lets go of it when the process dies, so that a
/// lock that can be taken shows the old owner dead (DESIGN §3).
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "router.lock";

    // EAGAIN: flock was not had. .NET puts the number into the exception as it is.
    private const int WouldBlock = 11;

    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    /// <summary>Makes the folder if need be, proves that it can be written and takes its lock.</summary>
    /// <exception cref="StorageException">Another process holds it, or the folder cannot be written.</exception>
    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            FileStream file = new(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            });
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new FolderLock(file);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw CannotWrite(folder, denied);
        }
        catch (IOException held) when (held.HResult == WouldBlock)
        {
            throw new StorageException(
                $"the data folder '{folder}' is in use by process {Holder(path)}: stop that Router, or give this one a folder of its own (ROUTER__Storage__Path)", held);
        }
        catch (IOException fault)
        {
            throw CannotWrite(folder, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static string Holder(string path) => Encoding.ASCII.GetString(Posix.ReadLocked(path, 16)).Trim() is { Length: > 0 } pid ? pid : "(unknown)";

    private static StorageException CannotWrite(string folder, Exception cause) => new(
        $"the data folder '{folder}' cannot be written: give this user the right to write there, or set another folder (ROUTER__Storage__Path)", cause);
}
