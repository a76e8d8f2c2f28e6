using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Router.Bench;
using Router.Bench.WholeWay;

// `gate [name]` measures allocated bytes and runs each benchmark once; anything else goes to BenchmarkDotNet (`--filter *Decode*`, `--list flat`, `--job dry` …).
if (args is ["gate", ..])
{
    string? name = args.Length > 1 ? args[1] : null;
    bool wholeWay = name is null || WholeWayGate.Name.Contains(name, StringComparison.OrdinalIgnoreCase);
    int over = GateRunner.Run(name, others: wholeWay);
    over = Math.Max(over, wholeWay ? await WholeWayGate.RunAsync() : 0);
    return Math.Max(over, name is null ? SmokeRunner.Run() : 0);
}

// In process and short: no build for each benchmark, and ratios to the baseline of the same run are what counts.
bool ownJob = args.Any(static a => a is "--job" or "-j");
IConfig config = ownJob
    ? DefaultConfig.Instance
    : DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput));
string[] arguments = args.Length == 0 ? ["--filter", "*"] : args;
int failed = BenchmarkSwitcher.FromAssembly(typeof(GateRunner).Assembly).Run(arguments, config).Count(static s => s.HasCriticalValidationErrors || s.Reports.Any(static r => !r.Success));
return failed == 0 ? 0 : 1;
