using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Router.LoadTest.Report;

/// <summary>What a run ran on: without it a number says nothing.</summary>
internal static class MachineFacts
{
    internal static Dictionary<string, string> Read(string folder) => new()
    {
        ["CPU"] = $"{Environment.ProcessorCount} × {FirstOf("/proc/cpuinfo", "model name")}",
        ["memory"] = FirstOf("/proc/meminfo", "MemTotal"),
        ["disk"] = DiskOf(folder),
        ["kernel"] = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        ["load before"] = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]),
        [".NET"] = RuntimeInformation.FrameworkDescription,
        ["Router"] = Commit(),
        ["Orleans"] = VersionOf("Orleans.Runtime.dll"),
        ["SQLite"] = SqliteVersion(),
    };

    private static string FirstOf(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "?";

    private static string DiskOf(string folder)
    {
        DriveInfo drive = DriveInfo.GetDrives().Where(d => folder.StartsWith(d.Name, StringComparison.Ordinal)).MaxBy(static d => d.Name.Length)!;
        return $"{drive.Name} ({drive.DriveFormat}), {drive.AvailableFreeSpace >> 30} GiB free";
    }

    private static string Commit()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, "describe", "--always", "--dirty"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process git = Process.Start(start)!;
            string commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return commit.Length > 0 ? commit : "?";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "? (no git here)";
        }
    }

    private static string VersionOf(string assembly)
    {
        string path = Path.Combine(AppContext.BaseDirectory, assembly);
        return File.Exists(path) ? FileVersionInfo.GetVersionInfo(path).ProductVersion?.Split('+', ' ')[0].TrimEnd('.') ?? "?" : "?";
    }

    private static string SqliteVersion()
    {
        SQLitePCL.Batteries_V2.Init();
        return SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
    }
}
