using BenchmarkDotNet.Loggers;

namespace Router.Bench;

/// <summary>Tells of BenchmarkDotNet's talk what goes wrong, and a dot a benchmark.</summary>
internal sealed class ProgressLogger : ILogger
{
    public string Id => nameof(ProgressLogger);

    public int Priority => 0;

    public void Write(LogKind logKind, string text)
    {
        if (logKind == LogKind.Error)
        {
            Console.Error.Write(text);
        }
        else if (text.StartsWith("// Benchmark: ", StringComparison.Ordinal))
        {
            Console.Error.Write('.');
        }
    }

    public void WriteLine()
    {
    }

    public void WriteLine(LogKind logKind, string text)
    {
        Write(logKind, text);
        if (logKind == LogKind.Error)
        {
            Console.Error.WriteLine();
        }
    }

    public void Flush()
    {
    }
}
