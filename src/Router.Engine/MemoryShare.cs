namespace Router.Engine;

/// <summary>What of its defaults a process holds that may have little memory.</summary>
public static class MemoryShare
{
    private const double Ample = 2L * 1024 * 1024 * 1024;

    /// <summary>1 from 2 GiB on, below in proportion, down to a sixteenth.</summary>
    public static double Of(long memoryBytes) => Math.Clamp(memoryBytes / Ample, 1.0 / 16, 1);
}
