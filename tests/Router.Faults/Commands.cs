using System.ComponentModel;
using System.Diagnostics;

namespace Router.Faults;

/// <summary>Commands of the system that tests need.</summary>
internal static class Commands
{
    /// <summary>False: it is not there or it failed.</summary>
    public static bool TryRun(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            TestContext.Current.TestOutputHelper?.WriteLine($"{command}: {process.ExitCode} {error.Result}");
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
