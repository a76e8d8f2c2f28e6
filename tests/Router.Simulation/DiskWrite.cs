using Router.Engine.Journal;

namespace Router.Simulation;

/// <summary>A transaction on the <see cref="SimulatedDisk"/>: its pages are written one by one, and count only once all of them were synced.</summary>
internal sealed class DiskWrite(IReadOnlyList<JournalPart> parts, int pages)
{
    public IReadOnlyList<JournalPart> Parts { get; } = parts;

    public int Pages { get; } = pages;

    /// <summary>What became of it is known: its parts have their outcomes.</summary>
    public bool IsDecided { get; set; }
}
