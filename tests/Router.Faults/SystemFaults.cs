using System.IO.MemoryMappedFiles;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>
/// Faults of the system under the host: <c>fsync</c> that fails, a wall clock that jumps. <c>faults.c</c>, compiled here and loaded into the host, looks at a file that both have mapped.
/// Real for all of the host: the runtime, SQLite and Router's own files call through it.
/// </summary>
internal sealed class SystemFaults : IDisposable
{
    private const int ControlBytes = 16;
    private readonly string folder;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor control;

    private SystemFaults(string folder)
    {
        this.folder = folder;
        string path = Path.Combine(folder, "control");
        File.WriteAllBytes(path, new byte[ControlBytes]);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, ControlBytes);
        control = file.CreateViewAccessor(0, ControlBytes);
        Environment = new() { ["LD_PRELOAD"] = Path.Combine(folder, "faults.so"), ["ROUTER_FAULTS"] = path };
    }

    /// <summary>What the host is started with.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>Whether every fsync fails with EIO.</summary>
    public bool FsyncFails
    {
        set => control.Write(0, value ? 1 : 0);
    }

    /// <summary>How many fsyncs have failed.</summary>
    public int FsyncsFailed => control.ReadInt32(4);

    /// <summary>What the host's wall clock is ahead of the machine's.</summary>
    public TimeSpan ClockOffset
    {
        set => control.Write(8, (long)value.TotalSeconds);
    }

    /// <summary>Compiles it; skips the test where there is no C compiler (<c>tests/peers/install</c> brings one).</summary>
    public static SystemFaults Load()
    {
        string folder = Directory.CreateTempSubdirectory("router-faults-").FullName;
        string source = Path.Combine(Repository.Root, "tests", "Router.Faults", "faults.c");
        Assert.SkipUnless(
            Commands.TryRun("cc", "-shared", "-fPIC", "-O2", "-o", Path.Combine(folder, "faults.so"), source, "-ldl"), "no C compiler here; fsync's failure is injected in Router.Storage.Tests");
        return new SystemFaults(folder);
    }

    public void Dispose()
    {
        control.Dispose();
        file.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
