namespace Router.Engine.Audit;

/// <summary>What came of a change. Stored; the numbers never change.</summary>
public enum AuditResult : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It was made.</summary>
    Done = 1,

    /// <summary>It may have been made or not: it failed in a way that leaves this open, or the client went.</summary>
    Unknown = 2,
}
