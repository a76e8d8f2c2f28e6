using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
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

// BenchmarkDotNet's own report where its options ask for more than the table.
bool asIs = args.Any(static a => a is "--job" or "-j" or "--list" or "--help" or "--info");
IConfig config = asIs ? DefaultConfig.Instance : ResultsTable.Config;
string[] arguments = args.Length == 0 ? ["--filter", "*"] : args;
BenchmarkDotNet.Reports.Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(GateRunner).Assembly).Run(arguments, config)];
if (!asIs)
{
    ResultsTable.Print(summaries);
}

return summaries.Any(static s => s.HasCriticalValidationErrors || s.Reports.Any(static r => !r.Success)) ? 1 : 0;
