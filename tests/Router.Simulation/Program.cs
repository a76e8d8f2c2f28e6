using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Router.Simulation;

/// <summary>The one program: with <c>--seeds</c> it simulates, else it is a project of tests like the others.</summary>
internal static class Program
{
    public static int Main(string[] args) => args switch
    {
        _ when args.Contains("--seeds") => SimulateCommand.Run(args),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult(),
        _ => ConsoleRunner.Run(args).GetAwaiter().GetResult(),
    };
}
