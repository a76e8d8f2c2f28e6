namespace Router.Engine.Audit;

/// <summary>A page of entries. It may be short and still have a next: a page looks at a bounded part of the log.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="NextBefore">Where the next page begins; 0: none.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Items, long NextBefore);
