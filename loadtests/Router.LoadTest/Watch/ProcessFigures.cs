using System.Globalization;

namespace Router.LoadTest.Watch;

/// <summary>What Linux says of a process, of one moment.</summary>
internal readonly record struct ProcessFigures(double CpuSeconds, long ResidentBytes, int Handles, int Threads)
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int PageBytes = 4_096;

    /// <summary>Reads it; null: there is no such process any more.</summary>
    internal static ProcessFigures? Of(int pid)
    {
        try
        {
            // pid (name) state … utime and stime are the 14th and 15th fields, num_threads the 20th, rss in pages the 24th.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessFigures(
                (Number(fields[11]) + Number(fields[12])) / TicksPerSecond, Number(fields[21]) * PageBytes, Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length, (int)Number(fields[17]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
