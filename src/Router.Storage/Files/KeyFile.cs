using Microsoft.Win32.SafeHandles;

namespace Router.Storage.Files;

/// <summary>Opens a file of keys: mode 0600, its name durable at once.</summary>
internal static class KeyFile
{
    /// <summary>Opens or makes it for reading and writing in place.</summary>
    public static SafeFileHandle Open(string path)
    {
        if (!File.Exists(path))
        {
            using FileStream made = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            });
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // Also of one that is there: the process that made it may have been killed before its name was on stable storage, or not have got it there.
        Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return file;
    }
}
