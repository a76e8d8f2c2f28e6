using System.Globalization;

namespace Router.Testing.Processes;

/// <summary>What the kernel tells of a process.</summary>
public static class ProcessFigures
{
    /// <summary>Memory that it has in RAM now, in bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB"), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Files and sockets that it has open.</summary>
    public static int Handles(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;
}
