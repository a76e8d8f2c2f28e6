namespace Router.Faults;

/// <summary>A disk of its own and of a fixed size: ext4 in a file, else (no loop devices) memory.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string image;

    private SmallDisk(string image, string folder)
    {
        this.image = image;
        Folder = folder;
    }

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Makes and mounts it; skips the test where neither is allowed.</summary>
    public static SmallDisk Mount(int mebibytes)
    {
        string folder = Directory.CreateTempSubdirectory("router-disk-").FullName;
        string image = folder + ".img";
        using (FileStream file = File.Create(image))
        {
            file.SetLength(mebibytes * 1024L * 1024);
        }

        bool mounted = (Commands.TryRun("mkfs.ext4", "-q", "-m", "0", image) && Commands.TryRun("mount", "-o", "loop", image, folder))
            || Commands.TryRun("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", folder);
        if (!mounted)
        {
            File.Delete(image);
            Directory.Delete(folder);
        }

        Assert.SkipUnless(mounted, "mount is not allowed here; a full disk is injected in Router.Storage.Tests");
        return new SmallDisk(image, folder);
    }

    /// <summary>Takes all room that is left.</summary>
    public void Fill()
    {
        byte[] block = new byte[4096];
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full: that is what was wanted.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Empty() => File.Delete(Ballast);

    public void Dispose()
    {
        Commands.TryRun("umount", Folder);
        Directory.Delete(Folder);
        File.Delete(image);
    }
}
