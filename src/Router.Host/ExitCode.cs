namespace Router.Host;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    /// <summary>Stopped when told to, drained.</summary>
    public const int Stopped = 0;

    /// <summary><c>smsc-check</c>: something of what was tried did not work.</summary>
    public const int CheckFailed = 1;

    /// <summary>A setting is wrong; the lines on stderr say which and what to do.</summary>
    public const int Settings = 2;

    /// <summary>Storage can't be opened; the line on stderr says why and what to do.</summary>
    public const int Storage = 3;
}
