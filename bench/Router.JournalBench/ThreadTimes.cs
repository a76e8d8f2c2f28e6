using System.Globalization;

namespace Router.JournalBench;

/// <summary>CPU time by thread's name, from /proc: says which part of the journal costs what.</summary>
internal static class ThreadTimes
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of CPU by name; threads of one name are summed.</summary>
    public static Dictionary<string, double> Read()
    {
        Dictionary<string, double> seconds = [];
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            // pid (name) state … utime and stime are the 14th and 15th fields.
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            int end = stat.LastIndexOf(')');
            string name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            string[] fields = stat[(end + 2)..].Split(' ');
            double ticks = double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
            seconds[name] = seconds.GetValueOrDefault(name) + (ticks / TicksPerSecond);
        }

        return seconds;
    }
}
