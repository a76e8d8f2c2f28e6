using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Router.Testing;

/// <summary>Keeps every log line, so that a test can say what was wrong.</summary>
public sealed class CollectingLogs : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    /// <summary>Lines of level warning and above.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
        {
            lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
