using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Router.Storage.Files;

/// <summary>The two calls that .NET has no name for: fsync of a folder, and reading a file that another process has locked.</summary>
internal static class Posix
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes the names in <paramref name="folder"/> durable: a file made, renamed or deleted there survives a power cut.</summary>
    public static void SyncFolder(string folder)
    {
        int descriptor = Open(folder, ReadOnly | CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw new IOException($"the folder '{folder}' cannot be opened", new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw new IOException($"the folder '{folder}' cannot be synced", new Win32Exception(Marshal.GetLastPInvokeError()));
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>The first bytes of a file, whoever holds its lock; empty when it cannot be read.</summary>
    public static byte[] ReadLocked(string path, int bytesMax)
    {
        int descriptor = Open(path, ReadOnly | CloseOnExec, 0);
        if (descriptor < 0)
        {
            return [];
        }

        try
        {
            byte[] bytes = new byte[bytesMax];
            nint count = Read(descriptor, bytes, bytesMax);
            return count > 0 ? bytes[..(int)count] : [];
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Read(int descriptor, byte[] buffer, nint count);
}
