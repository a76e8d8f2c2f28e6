using Microsoft.Extensions.Logging;

namespace Router.Providers.Smpp;

/// <summary>What an SMPP account logs: names of accounts, numbers of binds, statuses. Never content, addresses, ids of carriers or secrets.</summary>
internal static partial class SmppLog
{
    [LoggerMessage(1, LogLevel.Information, "SMPP account {Provider}: bind {Bind} is up")]
    public static partial void BindUp(ILogger logger, string provider, string bind);

    [LoggerMessage(2, LogLevel.Warning, "SMPP account {Provider}: bind {Bind} was refused with status 0x{Status:x8} ({Words}); next try in {DelayMs} ms")]
    public static partial void BindRefused(ILogger logger, string provider, string bind, uint status, string words, long delayMs);

    [LoggerMessage(3, LogLevel.Warning, "SMPP account {Provider}: bind {Bind} could not connect to {Host}:{Port} ({Why}); next try in {DelayMs} ms")]
    public static partial void NotConnected(ILogger logger, string provider, string bind, string host, int port, string why, long delayMs);

    [LoggerMessage(4, LogLevel.Warning, "SMPP account {Provider}: bind {Bind} went down ({Why}); next try in {DelayMs} ms")]
    public static partial void BindDown(ILogger logger, string provider, string bind, string why, long delayMs);

    [LoggerMessage(5, LogLevel.Warning, "SMPP account {Provider} is throttled: pauses for {PauseMs} ms, then {PerSecond} a second, rising")]
    public static partial void Throttled(ILogger logger, string provider, long pauseMs, int perSecond);

    [LoggerMessage(6, LogLevel.Error, "SMPP account {Provider}: bind {Bind} ended by a fault of Router")]
    public static partial void Fault(ILogger logger, Exception exception, string provider, string bind);
}
